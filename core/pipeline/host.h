// A host as the user writes it: a name or an address, alone, with a port, or in a URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "pipeline/scoped_address.h"

namespace etr::pipeline {

struct Host {
  std::string text;  ///< As written, for messages and views.
  std::string name;  ///< What is to be looked up: without port, brackets and the rest of a URL.
  std::optional<ScopedAddress> address;  ///< If `name` is an address.
  std::uint16_t port = 0;                ///< 0: none is written.
};

/// Reads "example.org", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", each of them with a port
/// ("host:443",
/// "[2001:db8::1]:443"), or a URL, of which host and port count. Errors name the text. Looks up
/// nothing.
absl::StatusOr<Host> parse_host(const std::string& text);

}  // namespace etr::pipeline
