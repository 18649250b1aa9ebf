// The tables at the end of a run: unique paths, and per-hop statistics in mtr's columns.
//
// A path's figures are those of the flows that are on it at the end, pooled; a path that no flow is
// on any more is listed without figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "etr/time.h"

namespace plain {

class RunReport {
 public:
  /// Takes note of a completed path.
  void add(const etr::Path& path);

  /// One section for each trace.
  std::string text(const etr::RunInfo& run, const etr::Snapshot& snapshot, etr::Names& names,
                   std::size_t host_width) const;

 private:
  /// What records tell and a snapshot does not.
  struct SeenPath {
    std::string hash;
    std::size_t hops = 0;
    std::set<std::uint32_t> flows;
    std::set<std::uint32_t> ports;
    std::map<std::uint8_t, std::pair<etr::IpAddress, etr::Duration>> last;  ///< By TTL.
  };
  using Flows = std::vector<const etr::FlowSnapshot*>;

  std::string trace_text(const etr::TraceInfo& trace, const etr::Snapshot& snapshot,
                         etr::Names& names, std::size_t host_width) const;
  std::string path_table(const std::map<std::uint32_t, SeenPath>& paths,
                         const std::map<std::uint32_t, Flows>& flows) const;
  std::string hop_table(const SeenPath& path, const Flows& flows, etr::Names& names,
                        std::size_t host_width) const;

  std::map<std::uint32_t, std::map<std::uint32_t, SeenPath>> seen_;  ///< By trace, then path id.
};

}  // namespace plain
