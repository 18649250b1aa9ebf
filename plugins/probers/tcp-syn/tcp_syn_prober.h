// TCP SYN probes. They pass where only a service's port is open, and the destination answers each
// of them: SYN-ACK from an open port, RST from a closed one.
//
// Identity: sequence number = B + 128 * TTL + slot, B a random number per flow. It stands in the
// first 8 octets of the segment, so the shortest quote carries it, and it comes back from the
// destination as acknowledgment - 1. All numbers of a flow lie within 32 Ki of each other: a server
// that still has a half-open connection of an earlier probe takes the next SYN for one inside its
// window and answers with a number of ours. Far-apart numbers would draw challenge ACKs instead,
// which name the first probe, whatever was sent since, and are limited in rate (RFC 5961).
#pragma once

#include "etr/plugin.h"

namespace etr::plugins {

class TcpSynProber final : public Prober {
 public:
  static constexpr PluginInfo kInfo{"tcp-syn", "1.0.0",
                                    "TCP SYN probes, identified by sequence number"};
  static constexpr std::uint16_t kSlots = 128;
  static constexpr std::size_t kSegmentSize = 44;

  std::uint8_t protocol() const override { return 6; }
  std::string_view record_name() const override { return "TCP"; }
  std::uint16_t default_port() const override { return 443; }
  std::uint16_t slots() const override { return kSlots; }
  /// Every probe has the same size, so the MTU sets no limit.
  std::uint8_t max_ttl(Family family, std::uint16_t mtu) const override;
  std::string capture_filter(Family family, std::uint16_t destination_port) const override;
  std::size_t encode(const Flow& flow, const ProbeSpec& spec, MutableBytes segment) const override;
  std::optional<Decoded> decode_quote(const Flow& flow, Bytes segment) const override;
  /// A SYN-ACK, or a RST with ACK, identifies its probe. A pure ACK only shows that the destination
  /// is alive. All else is refused: a RST without ACK proves nothing.
  std::optional<Decoded> decode_reply(const Flow& flow, Bytes segment) const override;
};

}  // namespace etr::plugins
