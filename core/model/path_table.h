// The paths of one trace by their ids: which flows are on each, and what they see at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
  /// `members` by flow, as snapshots share it; null if that has to be made anew.
  std::shared_ptr<const std::vector<GraphFlow>> listed;
  std::uint32_t representative = 0;  ///< Of the members, one that knows most hops.
  std::uint32_t known_hops = 0;      ///< That it knows.
  /// When the last flow left: its vertices by TTL - 1, kSource where none was known.
  std::vector<std::uint32_t> former;
  std::uint64_t left = 0;  ///< Order in which paths were left.
  PlaceStatistics at_end;
};

class PathTable {
 public:
  /// Puts a flow onto a path. If it leaves another one, `vertices` is what that is remembered by.
  PathRecord& join(const GraphFlow& flow, std::uint32_t id);
  void leave(std::uint32_t flow, const std::vector<std::uint32_t>& vertices);
  /// The flow's path, or null.
  PathRecord* of_flow(std::uint32_t flow);
  const PathRecord* of_flow(std::uint32_t flow) const;
  /// Unused places included.
  std::vector<PathRecord>& records() { return records_; }
  const std::vector<PathRecord>& records() const { return records_; }

  void clear_statistics();
  std::size_t memory() const;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::size_t kMostLeft = 256;
  struct Place {
    std::uint32_t record = kNone;
    std::uint32_t member = 0;
  };
  void forget_oldest();

  std::vector<PathRecord> records_;
  std::vector<std::uint32_t> free_;
  std::vector<Place> places_;  ///< By flow.
  absl::flat_hash_map<std::uint32_t, std::uint32_t> by_id_;
  std::size_t left_ = 0;
  std::uint64_t last_left_ = 0;
};

}  // namespace etr::model
