// An address and port as the socket calls take them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

#include "etr/ip_address.h"

namespace etr::transport {

/// 127.0.0.0/8 or ::1: valid inside this host only.
inline bool is_loopback(const IpAddress& address) {
  if (address.family == Family::kIpv4) return address.octets[0] == 127;
  return std::all_of(address.octets.begin(), address.octets.end() - 1,
                     [](std::uint8_t octet) { return octet == 0; }) &&
         address.octets.back() == 1;
}

class SocketAddress {
 public:
  /// `scope` is the interface index; only IPv6 link-local addresses use it.
  SocketAddress(const IpAddress& address, std::uint16_t port, std::uint32_t scope = 0) {
    if (address.family == Family::kIpv4) {
      storage_.v4 = sockaddr_in{};
      storage_.v4.sin_family = AF_INET;
      storage_.v4.sin_port = htons(port);
      std::copy_n(address.octets.begin(), 4, octets(&storage_.v4.sin_addr));
      size_ = sizeof storage_.v4;
      return;
    }
    storage_.v6.sin6_family = AF_INET6;
    storage_.v6.sin6_port = htons(port);
    std::copy_n(address.octets.begin(), 16, octets(&storage_.v6.sin6_addr));
    if (address.is_link_local()) storage_.v6.sin6_scope_id = scope;
    size_ = sizeof storage_.v6;
  }

  const sockaddr* get() const { return &storage_.any; }
  socklen_t size() const { return size_; }

 private:
  template <typename Address>
  static std::uint8_t* octets(Address* address) {
    return static_cast<std::uint8_t*>(static_cast<void*>(address));
  }

  union Storage {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6{};
  } storage_;
  socklen_t size_ = 0;
};

}  // namespace etr::transport
