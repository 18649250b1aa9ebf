#include "model/known_flow.h"

namespace etr::model {

std::optional<LastRouter> KnownFlow::last_router(const Round& round) const {
  const std::uint8_t ttl = end.highest_router();
  if (ttl == 0) return std::nullopt;
  if (const auto known = identity.address(ttl)) return LastRouter{ttl, *known};
  const Reply* reply = round.reply(ttl);
  return reply == nullptr ? std::nullopt : std::optional(LastRouter{ttl, reply->source});
}

void KnownFlow::apply_expected_end(Round& closed) {
  // A reply that may be that of several probes shows no TTL.
  if (gate.narrow()) return end.expect(std::nullopt);
  expected_end.round_closed(closed, last_router(closed));
  end.expect(expected_end.ttl());
  if (const auto ttl = expected_end.ttl()) closed.cut_at(*ttl);
}

}  // namespace etr::model
