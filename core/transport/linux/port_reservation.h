// Keeps source ports of ours from being given to anybody else on this host: a bound socket per
// port, which is neither connected nor ever read.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "absl/status/status.h"
#include "base/file_descriptor.h"
#include "etr/ip_address.h"

namespace etr::transport {

class PortReservation {
 public:
  /// Reserves until destruction; the same port twice is fine. Other protocols than TCP and UDP have
  /// no ports and always succeed. kAlreadyExists: in use by another socket. kResourceExhausted: no
  /// more descriptors. kPermissionDenied: a privileged port.
  absl::Status reserve(const IpAddress& address, std::uint8_t protocol, std::uint16_t port);

 private:
  void raise_descriptor_limit();

  using Key = std::tuple<IpAddress, std::uint8_t, std::uint16_t>;
  std::map<Key, base::FileDescriptor> held_;
  bool limit_raised_ = false;
};

}  // namespace etr::transport
