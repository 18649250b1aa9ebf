// The next hops that flows leave by, with the link address of each. The kernel resolves and
// refreshes these addresses; this class triggers that by sending to a next hop, and listens to the
// result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/time.h"
#include "transport/linux/route.h"
#include "transport/linux/sender.h"

namespace etr::transport {

class NextHops {
 public:
  using Id = std::size_t;

  /// Borrows both.
  NextHops(LinuxRoutes& routes, LinuxSender& sender) : routes_(routes), sender_(sender) {}

  /// The id of a next hop. The first call for a next hop asks the kernel and, if it does not know
  /// the link address, waits for it for at most the rest of the patience.
  Id open(std::uint32_t interface_index, const IpAddress& address);

  /// Null while it is unknown: the kernel then has to send, which makes it resolve the address.
  const LinkAddress* link_address(Id id) const {
    return entries_[id].usable ? &entries_[id].link_address : nullptr;
  }

  /// Applies a change of the neighbour table. Returns a line about it if it concerns one of these
  /// next hops and is more than a confirmation; empty otherwise.
  std::string update(const Neighbour& neighbour);

  /// Asks the kernel about all of them again: changes were lost.
  void refresh();

  /// The total time that calls of open() may wait from now on.
  void set_patience(Duration patience) { patience_ = patience; }

 private:
  void take(Neighbour& entry, const Neighbour& news);

  LinuxRoutes& routes_;
  LinuxSender& sender_;
  std::vector<Neighbour> entries_;
  Duration patience_ = std::chrono::seconds(1);
};

}  // namespace etr::transport
