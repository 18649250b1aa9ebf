// The vertices and links of one trace, looked up by identity.
//
// Numbers are stable until sweep(). A vertex that all flows have left is kept, so that routes which
// come and go are seen together; only the latest thousand of these are kept.
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

/// Number of the vertex at which all paths begin.
constexpr std::uint32_t kSource = 0;

enum class VertexKind : std::uint8_t {
  kFree,      ///< Not in use.
  kOrigin,    ///< The source.
  kKnown,     ///< Has an address.
  kSilent,    ///< Probed, never answered; identified by its predecessor.
  kUnprobed,  ///< No verdict there yet; identified by its predecessor.
};

struct VertexRecord {
  VertexKind kind = VertexKind::kFree;
  std::uint8_t ttl = 0;
  bool per_packet = false;
  bool capped = false;
  bool answers_by_icmp = false;  ///< Its last answer; see ProbeVerdict::icmp.
  HopClass hop_class = HopClass::kUnknown;
  IpAddress address;              ///< If kKnown.
  std::uint32_t predecessor = 0;  ///< If kSilent or kUnprobed.
  std::uint32_t flows = 0;
  std::uint64_t left = 0;  ///< Sequence number of the last flow's departure.
  PlaceStatistics statistics;
  double moves = 0;               ///< Recent changes of next hop, decaying; see kept_since().
  double balancing_evidence = 0;  ///< Of these, FlowPath::balancing_evidence; decays likewise.
  Timestamp moved_at{};
};

struct LinkRecord {
  bool used = false;
  bool lossy = false;  ///< Most likely place of a named loss.
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t flows = 0;
  std::uint32_t samples = 0;  ///< Distinct flows seen here, including retired ones.
};

/// Not thread-safe; belongs to the probing thread.
class GraphTables {
 public:
  GraphTables();

  /// Each finds the entry or creates it.
  std::uint32_t known(std::uint8_t ttl, const IpAddress& address);
  std::uint32_t unanswered(VertexKind kind, std::uint8_t ttl, std::uint32_t predecessor);
  std::uint32_t link(std::uint32_t from, std::uint32_t to);
  std::optional<std::uint32_t> find_link(std::uint32_t from, std::uint32_t to) const;

  VertexRecord& vertex(std::uint32_t number) { return vertices_[number]; }
  const VertexRecord& vertex(std::uint32_t number) const { return vertices_[number]; }
  LinkRecord& link(std::uint32_t number) { return links_[number]; }
  const LinkRecord& link(std::uint32_t number) const { return links_[number]; }
  /// Including free places.
  std::size_t vertex_count() const { return vertices_.size(); }
  std::size_t link_count() const { return links_.size(); }

  /// One more or one less flow on the link. `sampled`: it counts for the split at `from`.
  void enter(std::uint32_t link, bool sampled);
  void leave(std::uint32_t link, bool sampled);

  /// Enough vertices without flows for sweep() to drop some.
  bool crowded() const { return left_ > kMostLeft; }
  /// Drops vertices without flows, those left first, down to half the limit. Spares the ones in
  /// `keep` and predecessors of silent or unprobed vertices. Their links go with them.
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
