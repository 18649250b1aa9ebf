// The tables at the end of a run: unique paths, and per-hop statistics in mtr's columns.
//
// A row is a path, by its number. A path's figures are those of the flows that are on it at the
// end, pooled; a path that all flows have left is listed without figures.
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
#include "etr/time.h"
#include "path_text.h"

namespace plain {

/// Columns that may be used.
struct Room {
  std::size_t host = 48;  ///< For a host's name and address.
  std::size_t line = 0;   ///< For a line of numbers; 0: any.
};

class RunReport {
 public:
  /// Takes note of a completed path.
  void add(const etr::Path& path);

  /// One section for each trace.
  std::string text(const etr::RunInfo& run, const etr::Snapshot& snapshot, etr::Names& names,
                   Room room) const;

 private:
  struct LastReply {
    std::uint64_t order = 0;  ///< Later records have higher ones.
    etr::IpAddress source;
    etr::Duration rtt{};
  };
  /// What records tell and a snapshot does not.
  struct SeenPath {
    std::string hash;
    bool ambiguous = false;            ///< When last seen.
    std::size_t length = 0;            ///< 0: no end was found.
    std::set<std::uint32_t> answered;  ///< TTLs.
    std::set<std::uint32_t> ports;
    std::map<std::uint8_t, LastReply> last;  ///< By TTL.
  };
  using SeenPaths = std::map<std::uint32_t, SeenPath>;  ///< By path id.
  using Flows = std::vector<const etr::FlowSnapshot*>;
  struct Row {
    std::string hash;
    std::string hops;  ///< "5", or "2+" where the end is not known.
    bool ambiguous = false;
    Flows flows;  ///< On it at the end; empty: all have left.
    std::set<std::uint32_t> ports;
    std::map<std::uint8_t, LastReply> last;

    bool is_doubtful() const { return ambiguous && hash != kNoPath; }
    std::string name() const { return is_doubtful() ? hash + "?" : hash; }
  };

  std::vector<Row> rows(const SeenPaths& seen, const Flows& flows) const;
  std::string trace_text(const etr::TraceInfo& trace, const etr::Snapshot& snapshot,
                         etr::Names& names, Room room) const;
  std::string path_table(const std::vector<Row>& rows) const;
  std::string hop_table(const Row& row, etr::Names& names, Room room) const;

  std::map<std::uint32_t, SeenPaths> seen_;  ///< By trace.
  std::uint64_t records_ = 0;
};

}  // namespace plain
