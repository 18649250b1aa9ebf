// The next hops that flows leave by, with the link address of each. The kernel resolves and keeps
// them fresh; we only make it want to, by sending there, and listen to what it finds out.
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

  /// The id of a next hop. The first call for one asks the kernel and, if it does not know the link
  /// address, waits for it at most for what is left of the patience.
  Id open(std::uint32_t interface_index, const IpAddress& address);

  /// Null while it is unknown: the kernel itself has to send then, which makes it ask.
  const LinkAddress* link_address(Id id) const {
    return entries_[id].usable ? &entries_[id].link_address : nullptr;
  }

  /// Takes up a change of the neighbour table. Returns a line about it if it is one of ours and
  /// anything but a confirmation; empty otherwise.
  std::string update(const Neighbour& neighbour);

  /// Asks about all of them anew: changes were missed.
  void refresh();

  /// How long all calls of open() together may wait from now on.
  void set_patience(Duration patience) { patience_ = patience; }

 private:
  void take(Neighbour& entry, const Neighbour& news);

  LinuxRoutes& routes_;
  LinuxSender& sender_;
  std::vector<Neighbour> entries_;
  Duration patience_ = std::chrono::seconds(1);
};

}  // namespace etr::transport
