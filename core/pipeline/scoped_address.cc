#include "pipeline/scoped_address.h"

#include <net/if.h>

#include <array>
#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace etr::pipeline {

std::optional<ScopedAddress> parse_scoped(const std::string& text) {
  const std::size_t percent = text.find('%');
  const auto address = IpAddress::parse(text.substr(0, percent));
  if (!address) return std::nullopt;
  if (percent == std::string::npos) return ScopedAddress{address->unmapped(), ""};
  if (address->family == Family::kIpv4 || percent + 1 == text.size()) return std::nullopt;
  return ScopedAddress{*address, text.substr(percent + 1)};
}

absl::StatusOr<std::string> zone_interface(const ScopedAddress& scoped, const std::string& text) {
  const std::string& zone = scoped.zone;
  if (zone.empty()) return zone;
  if (!scoped.address.is_link_local()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text, "': only link-local addresses have a zone: use --interface ", zone));
  }
  if (if_nametoindex(zone.c_str()) != 0) return zone;
  unsigned index = 0;
  const auto [end, error] = std::from_chars(zone.data(), zone.data() + zone.size(), index);
  std::array<char, IF_NAMESIZE> name{};
  if (error == std::errc() && end == zone.data() + zone.size() &&
      if_indextoname(index, name.data()) != nullptr) {
    return std::string(name.data());
  }
  return absl::NotFoundError(absl::StrCat("'", text, "': no interface '", zone, "'"));
}

}  // namespace etr::pipeline
