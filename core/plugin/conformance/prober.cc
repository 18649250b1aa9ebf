// What the contract requires of a prober, over its whole range of TTLs and slots.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

#include "absl/strings/str_format.h"
#include "plugin/conformance/checks.h"

namespace etr::plugin {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kCanary = 0xa5;
constexpr std::size_t kGuardZone = 64;  // Octets after the buffer that must stay unchanged.
constexpr std::size_t kQuote = 8;       // All that a router has to quote.

std::size_t ip_header(Family family) { return family == Family::kIpv4 ? 20 : 40; }

Flow sample_flow(const Prober& prober, Family family, std::uint32_t index) {
  Flow flow;
  flow.index = index;
  flow.source = *IpAddress::parse(family == Family::kIpv4 ? "192.0.2.1" : "2001:db8::1");
  flow.destination = *IpAddress::parse(family == Family::kIpv4 ? "198.51.100.7" : "2001:db8:9::7");
  flow.source_port = static_cast<std::uint16_t>(50000 + index);
  flow.destination_port = prober.default_port();
  flow.secret = 0x9e3779b97f4a7c15U * (index + 1);
  return flow;
}

ProbeSpec sample_spec(std::uint8_t ttl, std::uint16_t slot, std::uint16_t mtu) {
  return {ttl, slot, 0x0123456789abcdefU ^ (std::uint64_t{ttl} << 32U) ^ slot, mtu, 1'700'000'000};
}

// One encoded probe, or what was wrong with the encoding.
struct Encoded {
  std::vector<std::uint8_t> bytes;
  std::string problem;
};

Encoded encode(const Prober& prober, const Flow& flow, const ProbeSpec& spec) {
  const std::size_t room = spec.mtu - ip_header(flow.source.family);
  std::vector<std::uint8_t> buffer(room + kGuardZone, kCanary);
  const std::size_t size = prober.encode(flow, spec, std::span(buffer).first(room));
  const std::string probe =
      absl::StrFormat("TTL %d, slot %d, MTU %d", spec.ttl, spec.slot, spec.mtu);
  if (size < kQuote || size > room) {
    return {{}, absl::StrFormat("%s: encode claims %d octets of %d", probe, size, room)};
  }
  for (std::size_t i = room; i < buffer.size(); ++i) {
    if (buffer[i] != kCanary) return {{}, probe + ": encode writes past its buffer"};
  }
  buffer.resize(size);
  return {buffer, {}};
}

std::optional<std::string> check_probe(const Prober& prober, const Flow& flow,
                                       const ProbeSpec& spec,
                                       const std::vector<std::uint8_t>& first) {
  const Encoded encoded = encode(prober, flow, spec);
  if (!encoded.problem.empty()) return encoded.problem;
  const std::string probe = absl::StrFormat("TTL %d, slot %d: ", spec.ttl, spec.slot);
  const Bytes segment(encoded.bytes);
  const std::uint8_t protocol = prober.protocol();

  for (const Bytes quote : {segment.first(kQuote), segment}) {
    const std::optional<Decoded> decoded = prober.decode_quote(flow, quote);
    if (!decoded || decoded->probe != ProbeId{spec.ttl, spec.slot}) {
      return probe +
             absl::StrFormat("decode_quote does not read it back from %d octets", quote.size());
    }
    if (decoded->token && *decoded->token != spec.token) {
      return probe + "decode_quote reads a token that was not sent";
    }
  }
  const std::optional<FlowKey> key = prober.flow_key(segment, SegmentSide::kSent);
  if (!key || *key != FlowKey{flow.source_port, flow.destination_port}) {
    return probe + "flow_key does not give the flow's ports";
  }
  if (protocol == kTcp || protocol == kUdp) {
    if (!std::equal(segment.begin(), segment.begin() + 4, first.begin())) {
      return probe + "its ports differ from another probe's of the same flow";
    }
    if (transport_checksum(flow, protocol, segment) != 0) return probe + "its checksum is wrong";
  }
  if (protocol == kUdp && (segment[4] << 8 | segment[5]) != static_cast<int>(segment.size())) {
    return probe + "its UDP length is not its size";
  }
  return std::nullopt;
}

Problems check_facts(const Prober& prober) {
  Problems problems;
  if (prober.protocol() == 0) problems.emplace_back("protocol() is 0");
  if (prober.record_name().empty()) problems.emplace_back("record_name() is empty");
  if (prober.slots() == 0) problems.emplace_back("slots() is 0");
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    if (prober.capture_filter(family, prober.default_port()).empty()) {
      problems.emplace_back("capture_filter() is empty");
    }
    if (prober.max_ttl(family, 1500) == 0)
      problems.emplace_back("max_ttl() is 0 at an MTU of 1500");
    if (prober.max_ttl(family, 1280) > prober.max_ttl(family, 1500)) {
      problems.emplace_back("max_ttl() is higher at a smaller MTU");
    }
    prober.max_ttl(family, 0);
    prober.max_ttl(family, 65535);
  }
  return problems;
}

Problems check_round_trip(const Prober& prober) {
  Problems problems;
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    for (const std::uint16_t mtu :
         {std::uint16_t{1280}, std::uint16_t{1500}, std::uint16_t{9000}}) {
      const Flow flow = sample_flow(prober, family, 3);
      const Encoded first = encode(prober, flow, sample_spec(1, 0, mtu));
      if (!first.problem.empty()) return {first.problem};
      for (int ttl = 1; ttl <= prober.max_ttl(family, mtu); ++ttl) {
        for (int slot = 0; slot < prober.slots(); ++slot) {
          const ProbeSpec spec =
              sample_spec(static_cast<std::uint8_t>(ttl), static_cast<std::uint16_t>(slot), mtu);
          const auto problem = check_probe(prober, flow, spec, first.bytes);
          if (problem) problems.push_back(*problem);
          if (problems.size() == 5) return problems;
        }
      }
    }
  }
  return problems;
}

// True if what was decoded can be a probe of this prober.
bool plausible(const Prober& prober, const std::optional<Decoded>& decoded) {
  return !decoded || !decoded->probe ||
         (decoded->probe->ttl >= 1 && decoded->probe->slot < prober.slots());
}

std::optional<std::string> feed(const Prober& prober, const Flow& flow, Bytes bytes) {
  prober.flow_key(bytes, SegmentSide::kSent);
  prober.flow_key(bytes, SegmentSide::kReply);
  if (!plausible(prober, prober.decode_quote(flow, bytes)) ||
      !plausible(prober, prober.decode_reply(flow, bytes))) {
    return absl::StrFormat("gives a TTL of 0 or a slot out of range for %d hostile octets",
                           bytes.size());
  }
  return std::nullopt;
}

// Every prefix and every single-octet change of a real probe, then noise. A copy of exactly the
// right size, so that a sanitizer sees any octet read too many.
Problems check_hostile_bytes(const Prober& prober) {
  std::mt19937 random(4884);
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const Flow flow = sample_flow(prober, family, 1);
    const Encoded encoded = encode(prober, flow, sample_spec(3, 0, 1500));
    if (!encoded.problem.empty()) return {encoded.problem};
    const std::vector<std::uint8_t>& probe = encoded.bytes;

    for (std::size_t size = 0; size <= probe.size(); ++size) {
      const std::vector<std::uint8_t> prefix(probe.begin(),
                                             probe.begin() + static_cast<std::ptrdiff_t>(size));
      if (const auto problem = feed(prober, flow, prefix)) return {*problem};
    }
    for (std::size_t at = 0; at < std::min<std::size_t>(probe.size(), 64); ++at) {
      std::vector<std::uint8_t> changed = probe;
      for (int value = 0; value < 256; ++value) {
        changed[at] = static_cast<std::uint8_t>(value);
        if (const auto problem = feed(prober, flow, changed)) return {*problem};
      }
    }
    for (int i = 0; i < 20'000; ++i) {
      std::vector<std::uint8_t> noise(random() % 128);
      for (std::uint8_t& octet : noise) octet = static_cast<std::uint8_t>(random());
      if (const auto problem = feed(prober, flow, noise)) return {*problem};
    }
  }
  return {};
}

// Two flows, two instances, interleaved: nothing but the arguments may matter.
Problems check_independence(const Prober& one, const Prober& other) {
  const Flow left = sample_flow(one, Family::kIpv4, 0);
  const Flow right = sample_flow(one, Family::kIpv6, 1);
  const ProbeSpec spec = sample_spec(2, 0, 1500);
  const std::vector<std::uint8_t> before = encode(one, left, spec).bytes;
  encode(other, right, sample_spec(4, 0, 1500));
  encode(one, right, sample_spec(1, 0, 1500));
  if (encode(one, left, spec).bytes != before) return {"a second encode of one probe differs"};
  if (encode(other, left, spec).bytes != before)
    return {"two instances encode one probe differently"};
  return {};
}

}  // namespace

std::vector<Check> prober_checks(const Subject& subject) {
  const auto with_one = [&subject](Problems (*check)(const Prober&)) {
    return [&subject, check] {
      return check(*make(subject.descriptor.create_prober, subject.options));
    };
  };
  return {
      {"it has a protocol, a name, slots and a capture filter", with_one(check_facts)},
      {"encode is read back by decode for every TTL, slot, family and MTU",
       with_one(check_round_trip)},
      {"decode takes hostile bytes", with_one(check_hostile_bytes)},
      {"instances and flows do not disturb each other",
       [&subject] {
         return check_independence(*make(subject.descriptor.create_prober, subject.options),
                                   *make(subject.descriptor.create_prober, subject.options));
       }},
  };
}

}  // namespace etr::plugin
