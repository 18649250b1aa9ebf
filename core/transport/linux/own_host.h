// Which captured packets this host has sent to itself: errors of its own kernel come back this way,
// and none of them is a hop.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "etr/ip_address.h"
#include "transport/linux/route.h"
#include "transport/transport.h"

namespace etr::transport {

class OwnHost {
 public:
  /// Borrows the argument.
  explicit OwnHost(LinuxRoutes& routes) : routes_(routes) {}

  /// The packet came in over loopback, or from an address of this host (over a VRF device, say).
  bool sent(const ReceivedPacket& packet);

  /// Links or addresses have changed: they are asked for again when needed.
  void forget() { known_ = false; }

 private:
  LinuxRoutes& routes_;
  bool known_ = false;
  std::uint32_t loopback_ = 0;  ///< Interface index.
  std::unordered_set<IpAddress> addresses_;
};

}  // namespace etr::transport
