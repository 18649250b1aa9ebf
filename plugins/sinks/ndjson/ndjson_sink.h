// NDJSON: one JSON object per line. docs/record-format.md explains each key.
#pragma once

#include <string>
#include <vector>

#include "etr/plugin.h"
#include "etr/record_file.h"
#include "json_writer.h"

class NdjsonSink final : public etr::Sink {
 public:
  struct Options {
    std::string path = "paths.ndjson";
    bool append = false;
    bool events = false;
  };
  static constexpr etr::PluginInfo kInfo{"ndjson", "1.0.0", "One JSON object per line and path"};
  static constexpr auto kOptions = std::tuple{
      etr::option("path", &Options::path, "File to write; \"-\" is standard output").path(),
      etr::option("append", &Options::append, "Keep what the file holds instead of emptying it"),
      etr::option("events", &Options::events,
                  "Also write lines for the run, events and the summary, each with a \"type\"")};

  explicit NdjsonSink(const Options& options);

  void open(const etr::RunInfo& run) override;
  void write(const etr::Path& path) override;
  void on_event(const etr::Event& event) override;
  void flush() override;
  void reopen() override;
  void close(const etr::Summary& summary) override;
  bool uses_standard_output() const override { return file_.is_standard_output(); }

 private:
  void begin_file();
  void write_hop(const etr::Hop& hop);
  void write_run();
  void write_change(const etr::PathChange& change);
  void end_line();
  const std::string& target(std::uint32_t trace) const;

  const Options options_;
  etr::RecordFile file_;
  bool begun_ = false;
  etr::RunInfo run_;
  JsonWriter json_;  // whole lines that are not yet in the file
};
