// An observation: the hops that one round saw of a path.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/time.h"

namespace etr::model {

/// What one round saw: hops[i] is TTL i + 1.
struct Observation {
  std::vector<std::optional<IpAddress>> hops;
  /// When the probe answered at hops[i] was sent. Empty: unknown.
  std::vector<Timestamp> sent_at;
  /// TTL at which the destination or a blocking host answered; empty if neither did.
  std::optional<std::uint8_t> end;
  /// The path goes on in silence, though other flows are answered behind its last router.
  bool silent_end = false;
  /// The reply to a further probe of a TTL that was already answered.
  struct Confirmation {
    std::uint8_t ttl = 0;
    IpAddress address;
    std::optional<Timestamp> sent_at;  ///< Of the probe; empty: unknown.
  };
  std::vector<Confirmation> confirmations;
};

}  // namespace etr::model
