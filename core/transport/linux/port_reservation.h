// Keeps other sockets of this host from taking our source ports: one bound socket per port, which
// is neither connected nor ever read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "absl/status/status.h"
#include "base/file_descriptor.h"
#include "etr/ip_address.h"

namespace etr::transport {

class PortReservation {
 public:
  /// Holds the port until release() has been called as often as reserve(); the same port may be
  /// reserved again. Protocols other than TCP and UDP have no ports and always succeed.
  /// kAlreadyExists: in use by another socket. kResourceExhausted: out of descriptors, but for
  /// those that sinks, view and resolver may still need. kPermissionDenied: a privileged port.
  absl::Status reserve(const IpAddress& address, std::uint8_t protocol, std::uint16_t port);
  /// Takes back one reservation; does nothing if there is none.
  void release(const IpAddress& address, std::uint8_t protocol, std::uint16_t port);

 private:
  std::uint64_t descriptor_limit();

  using Key = std::tuple<IpAddress, std::uint8_t, std::uint16_t>;
  struct Held {
    base::FileDescriptor socket;
    std::uint32_t users = 0;
  };
  std::map<Key, Held> held_;
  std::optional<std::uint64_t> limit_;
};

}  // namespace etr::transport
