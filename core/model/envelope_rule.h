// The envelope rule: which vertices withhold answers.
//
// A probe answered from a later hop has passed this one. So the share that survives up to a vertex
// is at least R, the best answer ratio at the vertex or at any TTL beyond it, over the flows
// through it. A vertex is limited if its own ratio lies below R with disjoint Wilson intervals:
// what is missing is its own silence, not loss. Its flows are judged together, because one limiter
// serves them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/trie_copy.h"

namespace etr::model {

class EnvelopeRule {
 public:
  /// `nodes` must stay until the last advance(). Vertices are numbered below `vertices`.
  void begin(std::span<const CopiedNode> nodes, std::size_t vertices);
  /// Looks at about `budget` nodes; true if there are more.
  bool advance(std::size_t budget);
  bool limited(std::uint32_t vertex) const;
  /// Nodes looked at since begin().
  std::size_t cost() const { return cost_; }

 private:
  static constexpr std::uint32_t kNoRow = ~std::uint32_t{0};
  struct Verdicts {
    std::uint64_t judged = 0;
    std::uint64_t lost = 0;
  };
  void add_row(const CopiedNode& node);
  std::size_t add_to_rows(const CopiedNode& node, std::size_t position);

  std::span<const CopiedNode> nodes_;
  std::size_t width_ = 0;              ///< TTLs of a row.
  std::vector<std::uint32_t> rows_;    ///< By vertex: those that have lost something have a row.
  std::vector<std::uint8_t> own_ttl_;  ///< By row.
  std::vector<Verdicts> verdicts_;     ///< By row, then TTL: of the flows through the row's vertex.
  bool finding_ = false;
  std::size_t next_ = 0;
  std::size_t cost_ = 0;
};

}  // namespace etr::model
