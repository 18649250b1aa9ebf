// The plain view: text lines on standard output, for pipes, logs and terminals of any kind.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "etr/plugin.h"
#include "etr/record_file.h"
#include "run_report.h"

class PlainView final : public etr::View {
 public:
  struct Options {
    bool paths = true;
    bool every_hop = false;
    bool events = true;
    bool tables = true;
    int host_width = 48;
  };
  static constexpr etr::PluginInfo kInfo{"plain", "1.0.0", "Lines of text on standard output"};
  static constexpr auto kOptions = std::tuple{
      etr::option("paths", &Options::paths, "Print each path as it completes"),
      etr::option("every_hop", &Options::every_hop,
                  "Print the hops of every path, not only where a flow's path is new"),
      etr::option("events", &Options::events, "Print events"),
      etr::option("tables", &Options::tables, "Print the tables of paths and hops at the end"),
      etr::option("host_width", &Options::host_width, "Columns for a host's name and address")
          .range(10, 500)};

  explicit PlainView(const Options& options);

  void open(const etr::RunInfo& run, etr::Names& names) override;
  void render(const std::shared_ptr<const etr::Snapshot>& /*snapshot*/) override {}
  void on_path(const etr::Path& path) override;
  void on_event(const etr::Event& event) override;
  void close(const etr::Summary& summary) override;

 private:
  std::string target(std::uint32_t trace) const;

  const Options options_;
  const std::size_t host_width_;
  etr::RecordFile out_{"-"};
  etr::RunInfo run_;
  etr::Names* names_ = nullptr;
  plain::RunReport report_;
  /// The path id of each flow (trace, flow) in its last record.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> shown_;
};
