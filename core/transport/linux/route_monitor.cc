#include "transport/linux/route_monitor.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace etr::transport {

absl::StatusOr<LinuxRouteMonitor> LinuxRouteMonitor::open() {
  absl::StatusOr<NetlinkSocket> socket = NetlinkSocket::open(
      {RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
       RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_NEXTHOP});
  if (!socket.ok()) return socket.status();
  return LinuxRouteMonitor(*std::move(socket));
}

NetworkChanges LinuxRouteMonitor::take() {
  NetworkChanges changes;
  changes.missed = !socket_.take_changes([&](const NetlinkMessage& message) {
    switch (message.type()) {
      case RTM_NEWLINK:
      case RTM_DELLINK:
        // A bridge reports its ports with the same message: a port that leaves a bridge still
        // exists.
        if (message.header<ifinfomsg>().ifi_family != AF_UNSPEC) return;
        changes.links.push_back({read_link(message), message.type() == RTM_DELLINK});
        return;
      case RTM_NEWNEIGH:
      case RTM_DELNEIGH:
        if (const auto neighbour = read_neighbour(message))
          changes.neighbours.push_back(*neighbour);
        return;
      default: changes.routes = true;
    }
  });
  return changes;
}

}  // namespace etr::transport
