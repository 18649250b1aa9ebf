// The paths of one trace by id: the flows on each, and the verdicts at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "etr/path_graph.h"
#include "model/place_statistics.h"

namespace etr::model {

struct PathRecord {
  bool used = false;
  std::uint32_t id = 0;
  std::string hash;
  std::optional<std::uint8_t> end;
  bool reached = false;
  bool blocked = false;
  std::vector<GraphFlow> members;
  /// `members` in order of flow, shared with snapshots; null: to be built.
  std::shared_ptr<const std::vector<GraphFlow>> listed;
  std::uint32_t representative = 0;  ///< The member that knows most hops.
  std::uint32_t known_hops = 0;      ///< How many it knows.
  /// Vertices of the path when its last flow left, by TTL - 1; kSource where unknown.
  std::vector<std::uint32_t> former;
  std::uint64_t left = 0;  ///< Sequence number of the last departure; 0: has flows.
  bool taken = false;      ///< A flow has taken it and left: it was no guess.
  PlaceStatistics at_end;
};

class PathTable {
 public:
  /// Puts a flow onto a path.
  PathRecord& join(const GraphFlow& flow, std::uint32_t id);
  /// Takes a flow off its path. Once the last one is gone the path is remembered by `vertices`, or
  /// forgotten if none had `taken` it: then it was a guess.
  void leave(std::uint32_t flow, const std::vector<std::uint32_t>& vertices, bool taken);
  /// No flow took this path: it turned out to be another one.
  void forget_guess(std::uint32_t id);
  /// The path of a flow, or null.
  PathRecord* of_flow(std::uint32_t flow);
  const PathRecord* of_flow(std::uint32_t flow) const;
  std::size_t size() const { return by_id_.size(); }
  /// The path with the lowest id from `id` on, or null.
  PathRecord* at_or_after(std::uint32_t id);
  /// Including unused places.
  const std::deque<PathRecord>& records() const { return records_; }

  void clear_statistics();
  std::size_t memory() const;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  /// Paths without flows that are remembered.
  static constexpr std::size_t kMostLeft = 256;
  struct Place {
    std::uint32_t record = kNone;
    std::uint32_t member = 0;
  };
  void forget(std::uint32_t record);

  std::deque<PathRecord> records_;  ///< Grows without moving thousands of records in one turn.
  std::vector<std::uint32_t> free_;
  std::vector<Place> places_;  ///< By flow.
  absl::btree_map<std::uint32_t, std::uint32_t> by_id_;
  std::map<std::uint64_t, std::uint32_t> left_;  ///< Records without flows, in order of leaving.
  std::uint64_t last_left_ = 0;
};

}  // namespace etr::model
