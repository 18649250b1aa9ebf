// UDP probes, identified by their length as in the Go etr.
//
// Identity: payload of 20 * TTL + slot octets, so the length field, the third of the 8 octets that
// every quote has, is 8 more. The payload begins with the token, the rest is zeros. The price of
// the formula: probes of different TTLs differ in size, hence in serialization time on slow links,
// and the MTU bounds the TTL.
#pragma once

#include "etr/plugin.h"

namespace etr::plugins {

class UdpLengthProber final : public Prober {
 public:
  static constexpr PluginInfo kInfo{"udp-length", "1.0.0",
                                    "UDP probes, identified by their length"};
  static constexpr std::uint16_t kSlots = 20;

  std::uint8_t protocol() const override { return 17; }
  std::string_view record_name() const override { return "UDP"; }
  std::uint16_t default_port() const override { return 33434; }
  std::uint16_t slots() const override { return kSlots; }
  /// The highest TTL whose largest probe fits the MTU; 0 if none does.
  std::uint8_t max_ttl(Family family, std::uint16_t mtu) const override;
  std::string capture_filter(Family family, std::uint16_t destination_port) const override;
  std::size_t encode(const Flow& flow, const ProbeSpec& spec, MutableBytes segment) const override;
  std::optional<Decoded> decode_quote(const Flow& flow, Bytes segment) const override;
  /// A reply of the service. Its length is its own and identifies no probe.
  std::optional<Decoded> decode_reply(const Flow& flow, Bytes segment) const override;
};

}  // namespace etr::plugins
