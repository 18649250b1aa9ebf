#include "transport/linux/own_host.h"

#include "net/ip.h"

namespace etr::transport {

bool OwnHost::sent(const ReceivedPacket& packet) {
  if (packet.outgoing) return true;
  if (!known_) {
    const auto loopback = routes_.link("lo");
    loopback_ = loopback.ok() ? loopback->index : 0;
    addresses_ = routes_.own_addresses();
    known_ = true;
  }
  if (packet.interface_index == loopback_) return true;
  const auto ip = net::parse_ip(packet.ip);
  return ip && addresses_.contains(ip->header.source);
}

}  // namespace etr::transport
