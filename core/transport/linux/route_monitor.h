// Reports changes of routes, links and neighbours during a run (rtnetlink multicast).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "transport/linux/netlink.h"
#include "transport/linux/route.h"

namespace etr::transport {

struct NetworkChanges {
  struct LinkChange {
    NetworkInterface link;
    bool removed = false;
  };

  bool routes = false;  ///< A route, rule, next hop object or address of this host changed.
  bool missed = false;  ///< Some changes were lost: anything may have changed.
  std::vector<LinkChange> links;
  std::vector<Neighbour> neighbours;
};

class LinuxRouteMonitor {
 public:
  static absl::StatusOr<LinuxRouteMonitor> open();

  /// Readable when there are changes.
  int fd() const { return socket_.fd(); }
  /// Everything since the last call; never waits.
  NetworkChanges take();

 private:
  explicit LinuxRouteMonitor(NetlinkSocket socket) : socket_(std::move(socket)) {}

  NetlinkSocket socket_;
};

}  // namespace etr::transport
