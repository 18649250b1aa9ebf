// Probes that are DNS queries (the root's name servers), so that an open resolver answers and
// counts as reached. A probe is identified by its length, set by EDNS padding (RFC 7830), and by
// the query's id, which the answer repeats.
#include <etr/plugin.h>

#include <algorithm>
#include <stdexcept>
#include <string>

using namespace etr;

class DnsProber final : public Prober {
 public:
  static constexpr PluginInfo kInfo{"dns", "1.0.0", "DNS queries over UDP"};

  std::uint8_t protocol() const override { return 17; }
  std::string_view record_name() const override { return "DNS"; }
  std::uint16_t default_port() const override { return 53; }
  std::uint16_t slots() const override { return 8; }
  std::uint8_t max_ttl(Family family, std::uint16_t mtu) const override {
    const int room = mtu - (family == Family::kIpv4 ? 20 : 40) - kUnpadded;
    return static_cast<std::uint8_t>(std::clamp(room / 8 - 1, 0, 255));
  }
  std::string capture_filter(Family family, std::uint16_t port) const override {
    return (family == Family::kIpv4 ? "ip" : "ip6") + (" and udp port " + std::to_string(port));
  }
  std::size_t encode(const Flow& flow, const ProbeSpec& spec, MutableBytes segment) const override {
    const int padding = spec.ttl * 8 + spec.slot;
    WireWriter out(segment);
    const auto put = [&out](std::initializer_list<int> numbers) {
      for (const int n : numbers) out.u16(static_cast<std::uint16_t>(n));
    };
    put({flow.source_port, flow.destination_port, kUnpadded + padding, 0});       // UDP
    put({padding ^ static_cast<int>(flow.secret & 0xffff), 0x0100, 1, 0, 0, 1});  // DNS
    out.u8(0);
    put({2, 1});  // The root: NS, IN
    out.u8(0);
    put({41, 1232, 0, 0, 4 + padding, 12, padding});  // OPT with padding
    out.zeros(static_cast<std::size_t>(padding));
    if (!out.ok()) throw std::length_error("no room");
    const std::uint16_t sum = transport_checksum(flow, 17, out.written());
    put_u16(segment, 6, sum == 0 ? 0xffff : sum);
    return out.size();
  }
  std::optional<Decoded> decode_quote(const Flow&, Bytes segment) const override {
    WireReader in(segment);
    in.skip(4);
    return probe(in.u16() - kUnpadded, ReplyKind::kOther);
  }
  std::optional<Decoded> decode_reply(const Flow& flow, Bytes segment) const override {
    WireReader in(segment);
    in.skip(8);
    const int padding = in.u16() ^ static_cast<int>(flow.secret & 0xffff);
    const bool is_answer = (in.u16() & 0x8000) != 0;
    return is_answer ? probe(padding, ReplyKind::kData) : std::nullopt;
  }

 private:
  static constexpr int kUnpadded = 8 + 12 + 5 + 15;  // UDP, DNS header, question, OPT
  static std::optional<Decoded> probe(int n, ReplyKind kind) {
    if (n < 8 || n > 255 * 8 + 7) return std::nullopt;
    const ProbeId id{static_cast<std::uint8_t>(n / 8), static_cast<std::uint16_t>(n % 8)};
    return Decoded{id, std::nullopt, kind};
  }
};

ETR_PLUGIN(DnsProber);
