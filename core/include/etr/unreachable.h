// The common codes of ICMP "destination unreachable", in words.
#pragma once

#include <cstdint>
#include <string_view>

namespace etr {

/// "filtered", "no route", ...; empty if the code is of no common meaning. `type` is that of ICMP
/// (3, RFC 792 and RFC 1812) or ICMPv6 (1, RFC 4443).
constexpr std::string_view unreachable_reason(std::uint8_t type, std::uint8_t code) {
  if (type == 3) {
    switch (code) {
      case 0:
      case 1:
      case 6:
      case 7: return "no route";
      case 2: return "no such protocol";
      case 3: return "port closed";
      case 9:
      case 10:
      case 13: return "filtered";
      default: return "";
    }
  }
  if (type == 1) {
    switch (code) {
      case 0:
      case 6: return "no route";
      case 1:
      case 5: return "filtered";
      case 3: return "no such host";
      case 4: return "port closed";
      default: return "";
    }
  }
  return "";
}

}  // namespace etr
