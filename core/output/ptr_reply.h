// Reverse lookups as DNS writes them: RFC 1035, and RFC 3596 for IPv6. No I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "etr/ip_address.h"
#include "etr/wire.h"

namespace etr::output {

/// "1.2.0.192.in-addr.arpa", or the nibbles of ip6.arpa.
std::string reverse_name(const IpAddress& address);

struct PtrReply {
  std::string name;          ///< Printable, at most 255 octets, without the final dot.
  std::chrono::seconds ttl;  ///< The smallest of the chain, CNAMEs (RFC 2317) included.
};

/// Reads the first PTR of a DNS message; empty if there is none, or the message is malformed.
std::optional<PtrReply> parse_ptr_reply(Bytes message);

}  // namespace etr::output
