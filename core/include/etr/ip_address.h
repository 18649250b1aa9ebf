// An IPv4 or IPv6 address as a plain value.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace etr {

enum class Family : std::uint8_t { kIpv4 = 4, kIpv6 = 6 };

/// An address in network byte order. Addresses order by family first, then numerically.
/// Default: the unspecified IPv4 address.
struct IpAddress {
  Family family = Family::kIpv4;
  /// IPv4 uses the first 4 octets, the others stay 0.
  std::array<std::uint8_t, 16> octets{};

  friend constexpr bool operator==(const IpAddress&, const IpAddress&) = default;
  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

  /// Takes 4 or 16 octets; anything else gives no address.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
    IpAddress address;
    address.family = bytes.size() == 4 ? Family::kIpv4 : Family::kIpv6;
    std::copy(bytes.begin(), bytes.end(), address.octets.begin());
    return address;
  }

  /// Reads a literal such as "192.0.2.1" or "2001:db8::1", without zone and without port.
  static std::optional<IpAddress> parse(const std::string& text) {
    IpAddress address;
    if (inet_pton(AF_INET, text.c_str(), address.octets.data()) == 1) return address;
    address.family = Family::kIpv6;
    if (inet_pton(AF_INET6, text.c_str(), address.octets.data()) == 1) return address;
    return std::nullopt;
  }

  /// The IPv4 address in an IPv4-mapped one (RFC 4291 section 2.5.5.2), for which connect() sends
  /// IPv4 packets; any other address as it is.
  IpAddress unmapped() const {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (family == Family::kIpv4 || !std::equal(kMapped.begin(), kMapped.end(), octets.begin())) {
      return *this;
    }
    return *from_bytes(bytes().subspan(kMapped.size()));
  }

  std::size_t size() const { return family == Family::kIpv4 ? 4 : 16; }
  std::span<const std::uint8_t> bytes() const { return {octets.data(), size()}; }
  bool is_unspecified() const {
    return std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet == 0; });
  }
  /// fe80::/10: valid on one link only.
  bool is_link_local() const {
    return family == Family::kIpv6 && octets[0] == 0xfe && (octets[1] & 0xc0U) == 0x80;
  }

  /// Dotted decimal, or the text form of RFC 5952.
  std::string to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family == Family::kIpv4 ? AF_INET : AF_INET6, octets.data(), text.data(),
              static_cast<socklen_t>(text.size()));
    return text.data();
  }
};

}  // namespace etr

template <>
struct std::hash<etr::IpAddress> {
  std::size_t operator()(const etr::IpAddress& address) const noexcept {
    std::size_t mixed = static_cast<std::size_t>(address.family);
    for (const std::uint8_t octet : address.octets) mixed = (mixed ^ octet) * 0x100000001b3U;
    return mixed;
  }
};
