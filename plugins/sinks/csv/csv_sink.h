// CSV (RFC 4180): one row per hop, a header first. docs/record-format.md explains each column.
#pragma once

#include <string>
#include <string_view>

#include "etr/plugin.h"
#include "etr/record_file.h"

class CsvSink final : public etr::Sink {
 public:
  struct Options {
    std::string path = "hops.csv";
    bool append = false;
    bool header = true;
  };
  static constexpr etr::PluginInfo kInfo{"csv", "1.0.0", "One row per hop, RFC 4180"};
  static constexpr auto kOptions = std::tuple{
      etr::option("path", &Options::path, "File to write; \"-\" is standard output").path(),
      etr::option("append", &Options::append, "Keep what the file holds instead of emptying it"),
      etr::option("header", &Options::header, "Begin an empty file with a row of column names")};

  explicit CsvSink(const Options& options);

  void open(const etr::RunInfo& run) override;
  void write(const etr::Path& path) override;
  void flush() override;
  void reopen() override;
  void close(const etr::Summary& summary) override;
  bool uses_standard_output() const override { return file_.is_standard_output(); }

 private:
  void begin_file();
  void write_header();
  void write_hop(const std::string& front, const etr::Hop& hop);

  const Options options_;
  etr::RecordFile file_;
  bool begun_ = false;
  etr::RunInfo run_;
  std::string rows_;  ///< Whole rows that are not yet in the file.
};
