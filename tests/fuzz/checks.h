// What must hold for any bytes, one function per parser. A check throws std::logic_error if a
// parser returns an impossible result; a sanitizer finds reads out of bounds. The fuzzers, the
// replay of their corpora and the tests with damaged packets all run these checks.
#pragma once

#include <string_view>
#include <vector>

#include "etr/wire.h"

namespace etr::fuzz {

/// First octet: link type. The others: a frame.
void check_link(Bytes input);
/// First octet, lowest bit: read it as a quote. The others: an IP packet.
void check_ip(Bytes input);
/// An IP packet with an ICMP error, read as it is and with its checksum corrected, then through
/// both probers as far as it gets.
void check_icmp(Bytes input);
/// First octet, lowest bit: IPv6. The others: a quoted transport segment.
void check_quote(Bytes input);
/// The same for a reply of the destination.
void check_tcp_reply(Bytes input);
void check_udp_reply(Bytes input);
/// Octets typed at the view, however they are split.
void check_keys(Bytes input);
/// Text from the network on its way into a grid of cells.
void check_screen_text(Bytes input);
/// A topology file, which is then simulated if it is valid; a pipeline file.
void check_topology(Bytes input);
void check_pipeline(Bytes input);
/// A packet sent into a simulated network whose routers change every field that they can.
void check_simulated_packet(Bytes input);
/// A DNS message that answers a reverse lookup.
void check_dns_reply(Bytes input);

/// Throws the std::logic_error of a check.
void require(bool holds, const char* what);

struct Target {
  std::string_view name;
  void (*check)(Bytes input);
};

/// All of the above; the names are those of the corpora and the fuzzers.
const std::vector<Target>& targets();

}  // namespace etr::fuzz
