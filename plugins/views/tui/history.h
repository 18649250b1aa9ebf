// Verdict and RTT of each hop in the last rounds, recorded from the paths that the view receives.
//
// One sample is 16 bits: a state, or the RTT on a logarithmic scale (steps of 0.07 %).
// The number of rounds kept shrinks as flows and TTLs grow, so memory stays below a fixed bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "etr/time.h"

namespace tui {

struct Sample {
  enum class State : std::uint8_t { kNone, kLost, kSendFailed, kAnswered };
  State state = State::kNone;
  std::optional<etr::Duration> rtt;  ///< If the reply can be attributed to a probe.
};

class History {
 public:
  /// `cells`: flows of all targets times the highest TTL.
  explicit History(std::size_t cells = 1);

  void record(const etr::Path& path);
  /// Drops all rounds.
  void clear();

  /// Rounds kept per hop.
  std::size_t depth() const { return depth_; }
  /// Rounds recorded of a flow, at most depth().
  std::size_t rounds(std::uint32_t trace, std::uint32_t flow) const;
  /// The sample `back` rounds before the newest.
  Sample at(std::uint32_t trace, std::uint32_t flow, std::uint8_t ttl, std::size_t back) const;

 private:
  struct FlowLine {
    std::uint64_t recorded = 0;  ///< Rounds; the next one is stored at recorded mod depth.
    /// By TTL - 1: a ring buffer of rounds.
    std::vector<std::vector<std::uint16_t>> samples;
  };
  using FlowId = std::pair<std::uint32_t, std::uint32_t>;

  const FlowLine* find(std::uint32_t trace, std::uint32_t flow) const;

  std::size_t depth_;
  std::map<FlowId, FlowLine> flows_;
};

}  // namespace tui
