// An observation: the hops that one round saw of a path.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"

namespace etr::model {

/// What one round saw: hops[i] is TTL i + 1.
struct Observation {
  std::vector<std::optional<IpAddress>> hops;
  /// TTL at which the destination or a blocking host answered; empty if neither did.
  std::optional<std::uint8_t> end;
  /// The responder to a further probe of a TTL that was already answered.
  struct Confirmation {
    std::uint8_t ttl = 0;
    IpAddress address;
  };
  std::vector<Confirmation> confirmations;
};

}  // namespace etr::model
