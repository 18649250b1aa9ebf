#include "output/ptr_reply.h"

#include <ares.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "etr/text.h"

namespace etr::output {
namespace {

constexpr std::uint16_t kTypeCname = 5;
constexpr std::uint16_t kTypePtr = 12;
constexpr std::uint16_t kClassInternet = 1;
constexpr std::size_t kMaxName = 255;

struct ExpandedName {
  std::string text;
  std::size_t size = 0;  ///< Octets in the message, where it stands.
};

/// The name at `offset`, compression pointers followed.
std::optional<ExpandedName> expand_name(Bytes message, std::size_t offset) {
  if (offset >= message.size()) return std::nullopt;
  char* text = nullptr;
  long size = 0;
  if (ares_expand_name(message.data() + offset, message.data(), static_cast<int>(message.size()),
                       &text, &size) != ARES_SUCCESS) {
    return std::nullopt;
  }
  const std::unique_ptr<void, void (*)(void*)> owner(text, ares_free_string);
  return ExpandedName{text, static_cast<std::size_t>(size)};
}

}  // namespace

std::string reverse_name(const IpAddress& address) {
  std::string name;
  const Bytes octets = address.bytes();
  for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet) {
    if (address.family == Family::kIpv4) {
      name += std::to_string(*octet) + '.';
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      name += {kDigits[*octet & 0xfU], '.', kDigits[*octet >> 4U], '.'};
    }
  }
  return name + (address.family == Family::kIpv4 ? "in-addr.arpa" : "ip6.arpa");
}

std::optional<PtrReply> parse_ptr_reply(Bytes message) {
  WireReader header(message);
  header.skip(4);  // id, flags: c-ares has checked them
  const std::uint16_t questions = header.u16();
  const std::uint16_t answers = header.u16();
  header.skip(4);
  if (!header.ok()) return std::nullopt;

  std::size_t offset = 12;
  const auto skip_name = [&] {
    const auto name = expand_name(message, offset);
    if (name) offset += name->size;
    return name.has_value() && offset <= message.size();
  };
  for (int i = 0; i < questions; ++i) {
    if (!skip_name()) return std::nullopt;
    offset += 4;
  }
  auto ttl = std::chrono::seconds::max();
  for (int i = 0; i < answers; ++i) {
    if (!skip_name()) return std::nullopt;
    WireReader record(message.subspan(offset));
    const std::uint16_t type = record.u16();
    const std::uint16_t dns_class = record.u16();
    const std::uint32_t seconds = record.u32();
    const std::uint16_t length = record.u16();
    record.bytes(length);
    if (!record.ok()) return std::nullopt;
    if (dns_class == kClassInternet && (type == kTypeCname || type == kTypePtr)) {
      // RFC 2181 §8: with the highest bit set it counts as 0.
      const std::uint32_t valid = seconds > 0x7fffffffU ? 0 : seconds;
      ttl = std::min(ttl, std::chrono::seconds(valid));
    }
    if (dns_class == kClassInternet && type == kTypePtr) {
      const auto name = expand_name(message, offset + 10);
      if (!name) return std::nullopt;
      const std::string text = printable(name->text);
      // An empty name is the root, which is not a host's name.
      if (text.empty()) return std::nullopt;
      return PtrReply{std::string(cut_to_columns(text, kMaxName)), ttl};
    }
    offset += 10U + length;
  }
  return std::nullopt;
}

}  // namespace etr::output
