// The matcher: which probe does a reply belong to, and is it genuine?
#pragma once

#include <unordered_set>
#include <variant>

#include "trace/dispatcher.h"
#include "trace/flow_state.h"

namespace etr::trace {

/// The probe that a reply belongs to.
struct Match {
  Probe* probe = nullptr;
  bool rewritten = false;  ///< A middlebox changed our headers on the way.
};

/// The destination is alive, but several probes may have caused the reply.
struct Ambiguous {};
/// The destination replied, but no probe of the flow is waiting for it.
struct Surplus {};

using MatchResult = std::variant<Match, Ambiguous, Surplus, Rejection>;

class Matcher {
 public:
  /// Applies every check that needs the probe table. Remembers which responders quote IP IDs
  /// correctly.
  MatchResult match(FlowState& flow, const Answer& answer);

 private:
  MatchResult match_identified(FlowState& flow, const Answer& answer, ProbeId id);
  static MatchResult match_by_elimination(FlowState& flow, ReplyKind kind);

  std::unordered_set<IpAddress> echoes_ids_;
};

/// The probe is in flight and may have reached the destination.
bool may_reach(const FlowState& flow, const Probe& probe);

}  // namespace etr::trace
