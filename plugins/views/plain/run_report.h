// The tables printed at the end of a run: unique paths, and the hops of each in mtr's columns.
//
// Paths are distinguished by path id. A path's figures are pooled over the flows on it at the end
// of the run; a path that all flows have left is listed without figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "hop_row.h"
#include "path_text.h"

namespace plain {

/// Widths in columns.
struct Room {
  std::size_t host = 48;  ///< Limit for a host's name and address.
  std::size_t line = 0;   ///< Of the terminal; 0: no limit.
};

class RunReport {
 public:
  /// Called for every completed path, in order.
  void add(const etr::Path& path);

  /// One section per target.
  std::string text(const etr::RunInfo& run, const etr::Snapshot& snapshot, etr::Names& names,
                   Room room) const;

 private:
  using LastReplies = std::map<std::uint8_t, LastReply>;  ///< Of one flow, by TTL.
  /// What records contain and the snapshot does not.
  struct SeenPath {
    bool ambiguous = false;            ///< As of its last record.
    std::size_t length = 0;            ///< 0: its end is unknown.
    std::set<std::uint32_t> answered;  ///< TTLs that replied.
  };
  using SeenPaths = std::map<std::uint32_t, SeenPath>;  ///< By path id.
  using Flows = std::vector<const etr::FlowSnapshot*>;
  struct Row {
    std::string hash;
    std::string hops;  ///< See hop_count().
    bool ambiguous = false;
    Flows flows;  ///< On the path at the end; empty: all have left it.
    std::set<std::uint32_t> ports;

    bool is_doubtful() const { return ambiguous && hash != kNoPath; }
    std::string name() const { return is_doubtful() ? hash + "?" : hash; }
  };

  /// `graph` may be null: then no path is listed as left.
  static std::vector<Row> rows(const SeenPaths& seen, const Flows& flows,
                               const etr::PathGraph* graph);
  std::string trace_text(const etr::TraceInfo& trace, const etr::Snapshot& snapshot,
                         etr::Names& names, Room room) const;
  std::string path_table(const std::vector<Row>& rows) const;
  std::map<std::uint8_t, HopRow> pool(const Flows& flows) const;
  std::string hop_table(const Row& row, etr::Names& names, Room room) const;

  std::map<std::uint32_t, SeenPaths> seen_;                                 ///< By trace.
  std::map<std::pair<std::uint32_t, std::uint32_t>, LastReplies> replies_;  ///< By trace and flow.
  std::uint64_t records_ = 0;
};

}  // namespace plain
