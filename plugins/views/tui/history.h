// What each hop answered in the last rounds, kept by the view from the paths it is told.
//
// One sample is 16 bits: a state, or the round-trip time on a logarithmic scale (0.07 % apart).
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
  std::optional<etr::Duration> rtt;  ///< Of an answer that names its probe.
};

class History {
 public:
  /// `cells` is flows times TTLs of the whole run.
  explicit History(std::size_t cells = 1);

  void record(const etr::Path& path);
  /// Forgets the rounds.
  void clear();

  /// Rounds kept per hop.
  std::size_t depth() const { return depth_; }
  /// Rounds known of a flow, at most depth().
  std::size_t rounds(std::uint32_t trace, std::uint32_t flow) const;
  /// The sample `back` rounds before the newest.
  Sample at(std::uint32_t trace, std::uint32_t flow, std::uint8_t ttl, std::size_t back) const;

 private:
  struct FlowLine {
    std::uint64_t recorded = 0;  ///< Rounds; the next one goes to recorded mod depth.
    /// All by TTL - 1.
    std::vector<std::vector<std::uint16_t>> samples;
  };
  using FlowId = std::pair<std::uint32_t, std::uint32_t>;

  const FlowLine* find(std::uint32_t trace, std::uint32_t flow) const;

  std::size_t depth_;
  std::map<FlowId, FlowLine> flows_;
};

}  // namespace tui
