// An address as the user writes it, with the zone of a link-local one (RFC 4007 section 11).
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "etr/ip_address.h"

namespace etr::pipeline {

struct ScopedAddress {
  IpAddress address;  ///< Never an IPv4-mapped one.
  std::string zone;   ///< What follows '%': an interface's name or index; empty: none.
};

/// Reads "192.0.2.1", "2001:db8::1" or "fe80::1%eth0".
std::optional<ScopedAddress> parse_scoped(const std::string& text);

/// The name of the interface that a zone stands for; empty without zone. Errors name `text`, as
/// which the user wrote the address: no such interface, or an address that has no zones.
absl::StatusOr<std::string> zone_interface(const ScopedAddress& scoped, const std::string& text);

}  // namespace etr::pipeline
