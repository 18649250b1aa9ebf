// The envelope rule: which vertices withhold replies.
//
// A reply from a later hop proves that the probe passed this one. So the share of probes that
// survives up to a vertex is at least R, the best reply ratio at the vertex or at any TTL beyond
// it, over the flows through it. A vertex is limited if its own ratio lies below R with disjoint
// Wilson intervals: the missing replies are its own silence (an ICMP rate limit), not loss. Its
// flows are pooled, because one limiter serves them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/trie_copy.h"

namespace etr::model {

class EnvelopeRule {
 public:
  /// Starts over. `nodes` must stay valid until the last advance(); vertex numbers are below
  /// `vertices`.
  void begin(std::span<const CopiedNode> nodes, std::size_t vertices);
  /// Does one bounded piece, about `budget` nodes. True: call again. False: limited() is valid.
  bool advance(std::size_t budget);
  /// The vertex answers a significantly smaller share of probes than a hop beyond it.
  bool limited(std::uint32_t vertex) const;
  /// Nodes visited since begin().
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
  std::size_t width_ = 0;              ///< Columns: one per TTL, from 0.
  std::vector<std::uint32_t> rows_;    ///< By vertex: its row; kNoRow if it lost no probe.
  std::vector<std::uint8_t> own_ttl_;  ///< By row: the TTL of its vertex.
  std::vector<Verdicts> verdicts_;     ///< [row][TTL], of the flows through the row's vertex.
  bool finding_ = false;               ///< First pass: assign rows.
  std::size_t next_ = 0;
  std::size_t cost_ = 0;
};

}  // namespace etr::model
