// The matcher: which probe is an answer for, and may it be believed?
#pragma once

#include <unordered_set>
#include <variant>

#include "trace/dispatcher.h"
#include "trace/flow_state.h"

namespace etr::trace {

/// The probe that an answer is for.
struct Match {
  Probe* probe = nullptr;
  bool rewritten = false;  ///< A middlebox changed our header on the way.
};

/// The destination lives, but which probe it answered cannot be told.
struct Ambiguous {};
/// The destination answered and no probe of the flow is waiting for it.
struct Surplus {};

using MatchResult = std::variant<Match, Ambiguous, Surplus, Rejection>;

class Matcher {
 public:
  /// Applies every check that needs the table of probes; remembers who quotes IP IDs rightly.
  MatchResult match(FlowState& flow, const Answer& answer);

 private:
  MatchResult match_identified(FlowState& flow, const Answer& answer, ProbeId id);
  static MatchResult match_by_elimination(FlowState& flow, ReplyKind kind);

  std::unordered_set<IpAddress> echoes_ids_;
};

/// True for a probe in flight that may have got as far as the destination.
bool may_reach(const FlowState& flow, const Probe& probe);

}  // namespace etr::trace
