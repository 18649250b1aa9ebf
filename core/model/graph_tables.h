// The vertices and links of one trace, found by what they are.
//
// Records stay in their place until sweep(), so their numbers may be kept in between. What all
// flows have left stays known, so that routes that come and go are seen together; only the latest
// thousand of such vertices are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "etr/ip_address.h"
#include "etr/path.h"
#include "model/place_statistics.h"

namespace etr::model {

/// Number of the vertex that all paths begin at.
constexpr std::uint32_t kSource = 0;

enum class VertexKind : std::uint8_t {
  kFree,      ///< Not in use.
  kOrigin,    ///< The source.
  kKnown,     ///< Has an address.
  kSilent,    ///< Probed, never answered: told apart by the predecessor.
  kUnprobed,  ///< Passed by flows without a verdict there: told apart by the predecessor.
};

struct VertexRecord {
  VertexKind kind = VertexKind::kFree;
  std::uint8_t ttl = 0;
  bool per_packet = false;
  bool capped = false;
  HopClass hop_class = HopClass::kUnknown;
  IpAddress address;              ///< If known.
  std::uint32_t predecessor = 0;  ///< If silent or unprobed.
  std::uint32_t flows = 0;
  std::uint64_t left = 0;  ///< Order in which vertices were left by their last flow.
  PlaceStatistics statistics;
  double moves = 0;  ///< Flows that changed their next hop, fading; as of `moved_at`.
  Timestamp moved_at{};
};

struct LinkRecord {
  bool used = false;
  bool lossy = false;  ///< The most likely place of a loss that is named.
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t flows = 0;
  std::uint32_t samples = 0;  ///< Distinct flows seen here, those no longer probed included.
};

class GraphTables {
 public:
  GraphTables();

  /// A hop after `predecessor`; made if it is new.
  std::uint32_t known(std::uint8_t ttl, const IpAddress& address);
  std::uint32_t unanswered(VertexKind kind, std::uint8_t ttl, std::uint32_t predecessor);
  std::uint32_t link(std::uint32_t from, std::uint32_t to);
  std::optional<std::uint32_t> find_link(std::uint32_t from, std::uint32_t to) const;

  VertexRecord& vertex(std::uint32_t number) { return vertices_[number]; }
  const VertexRecord& vertex(std::uint32_t number) const { return vertices_[number]; }
  LinkRecord& link(std::uint32_t number) { return links_[number]; }
  const LinkRecord& link(std::uint32_t number) const { return links_[number]; }
  /// Free places included.
  std::size_t vertex_count() const { return vertices_.size(); }
  std::size_t link_count() const { return links_.size(); }

  /// Flows that reach their vertex by the link. `sampled`: they count for the split at `from`.
  void enter(std::uint32_t link, bool sampled);
  void leave(std::uint32_t link, bool sampled);

  /// True if so many vertices were left that sweep() would drop some.
  bool crowded() const { return left_ > kMostLeft; }
  /// Drops half of the vertices without flows, those left first, except the ones in `keep`.
  void sweep(const std::vector<bool>& keep);

  void clear_statistics();
  std::size_t memory() const;

 private:
  static constexpr std::size_t kMostLeft = 1024;
  struct Key {
    VertexKind kind = VertexKind::kFree;
    std::uint8_t ttl = 0;
    std::uint32_t predecessor = 0;
    IpAddress address;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.kind, key.ttl, key.predecessor, key.address.octets);
    }
  };
  static Key key_of(const VertexRecord& vertex);
  std::uint32_t find_or_add(const Key& key);
  void drop(std::uint32_t vertex);

  std::vector<VertexRecord> vertices_;
  std::vector<LinkRecord> links_;
  std::vector<std::uint32_t> free_vertices_;
  std::vector<std::uint32_t> free_links_;
  absl::flat_hash_map<Key, std::uint32_t> vertex_numbers_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> link_numbers_;
  std::size_t left_ = 0;  ///< Vertices without flows.
  std::uint64_t last_left_ = 0;
};

}  // namespace etr::model
