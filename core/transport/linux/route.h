// What the kernel knows about the way out of this host: route, link, neighbour. Each call asks the
// kernel (4-40 µs); nothing is cached and nothing needs a privilege.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "transport/linux/netlink.h"
#include "transport/transport.h"

namespace etr::transport {

/// The route of one flow.
struct KernelRoute {
  bool local = false;  ///< The destination is an address of this host.
  IpAddress source;
  IpAddress
      next_hop;  ///< The gateway, possibly of the other family; the destination if it is on link.
  std::uint32_t interface_index = 0;
  std::optional<std::uint32_t> mtu;  ///< Of the route, if it differs from the link's.
  friend bool operator==(const KernelRoute&, const KernelRoute&) = default;
};

struct NetworkInterface {
  std::uint32_t index = 0;
  std::string name;
  std::uint16_t type = 0;   ///< ARPHRD_*
  std::uint32_t flags = 0;  ///< IFF_*
  std::uint32_t mtu = 0;

  bool is_up() const;
  friend bool operator==(const NetworkInterface&, const NetworkInterface&) = default;
};

/// A link-layer address; `size` 0: none.
struct LinkAddress {
  std::array<std::uint8_t, 8> octets{};
  std::uint8_t size = 0;
  friend bool operator==(const LinkAddress&, const LinkAddress&) = default;
};

/// An entry of the neighbour table (ARP, NDP).
struct Neighbour {
  std::uint32_t interface_index = 0;
  IpAddress address;
  LinkAddress link_address;
  bool usable = false;  ///< The kernel itself would send to link_address.
  bool stale = false;   ///< Usable, but not confirmed recently.
};

/// Read RTM_*LINK and RTM_*NEIGH messages, both answers and notifications of changes.
NetworkInterface read_link(const NetlinkMessage& message);
std::optional<Neighbour> read_neighbour(const NetlinkMessage& message);

class LinuxRoutes {
 public:
  static absl::StatusOr<LinuxRoutes> open();

  /// The route of a packet with exactly these ports; through `interface_index` if that is not 0.
  absl::StatusOr<KernelRoute> find(const Endpoints& endpoints, std::uint32_t interface_index);

  absl::StatusOr<NetworkInterface> link(std::uint32_t index);
  absl::StatusOr<NetworkInterface> link(const std::string& name);

  std::optional<Neighbour> neighbour(std::uint32_t interface_index, const IpAddress& address);

  /// All addresses of this host.
  std::unordered_set<IpAddress> own_addresses();

  /// A global IPv6 address of this host, of that interface if it has one.
  std::optional<IpAddress> global_ipv6(std::uint32_t interface_index);

 private:
  explicit LinuxRoutes(NetlinkSocket socket) : socket_(std::move(socket)) {}

  NetlinkSocket socket_;
};

}  // namespace etr::transport
