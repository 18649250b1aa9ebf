// The classifier: tells loss on the path from routers that withhold their answers.
//
// The envelope rule: a probe answered from TTL j has passed every hop h < j. So the share that
// survives up to h is at least R(h), the best answer ratio at h or behind it, and the rest of what
// is missing at h itself is the responder's own silence. A hop is `limited` where its own ratio r(h)
// lies below R(h) with disjoint Wilson intervals; it is `lossy` only if nothing behind it speaks
// against that. Flows that share the hop's address are judged together, h and everything behind
// it over the same flows, because one limiter serves them all. A flow that lost nothing there is
// answering all the same: loss may lie on the way of the others.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"

namespace etr::model {

/// Recent verdicts of one hop of one flow.
struct HopEvidence {
  std::optional<IpAddress> address;  ///< Confirmed responder; empty if none was ever heard.
  std::uint32_t verdicts = 0;
  std::uint32_t answered = 0;
  bool ever_answered = false;
};

/// What a hop's own verdicts say without those of others.
HopClass judge_alone(const HopEvidence& hop);

/// Classes of all hops: result[flow][i] belongs to evidence[flow][i], hop TTL i + 1.
std::vector<std::vector<HopClass>> classify(const std::vector<std::vector<HopEvidence>>& evidence);

}  // namespace etr::model
