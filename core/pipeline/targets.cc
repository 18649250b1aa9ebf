#include "pipeline/targets.h"

#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "pipeline/host.h"

namespace etr::pipeline {

namespace {

const char* family_name(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

/// The address in a socket address of either family; unaligned access is memcpy's to deal with.
std::optional<ScopedAddress> address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    sockaddr_in socket_address{};
    std::memcpy(&socket_address, info.ai_addr, sizeof socket_address);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &socket_address.sin_addr, octets.size());
    return ScopedAddress{*IpAddress::from_bytes(octets), ""};
  }
  if (info.ai_family == AF_INET6) {
    sockaddr_in6 socket_address{};
    std::memcpy(&socket_address, info.ai_addr, sizeof socket_address);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &socket_address.sin6_addr, octets.size());
    const IpAddress address = IpAddress::from_bytes(octets)->unmapped();
    const std::uint32_t scope = socket_address.sin6_scope_id;
    return ScopedAddress{address, scope == 0 ? "" : std::to_string(scope)};
  }
  return std::nullopt;
}

/// Makes text of the calling thread UTF-8 while it lives: getaddrinfo() converts international
/// names from the encoding of the locale.
class Utf8Text {
 public:
  Utf8Text() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(uselocale(utf8_)) {}
  ~Utf8Text() {
    uselocale(before_);
    if (utf8_ != nullptr) freelocale(utf8_);
  }
  Utf8Text(const Utf8Text&) = delete;
  Utf8Text& operator=(const Utf8Text&) = delete;

 private:
  const locale_t utf8_;
  const locale_t before_;
};

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

struct Found {
  int error = 0;
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses{nullptr, &freeaddrinfo};
};

Found ask_resolver(const std::string& name, std::optional<Family> family) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_CANONNAME | (is_ascii(name) ? 0 : AI_IDN);
  if (family) hints.ai_family = *family == Family::kIpv4 ? AF_INET : AF_INET6;
  const Utf8Text utf8;
  Found found;
  addrinfo* first = nullptr;
  found.error = getaddrinfo(name.c_str(), nullptr, &hints, &first);
  found.addresses.reset(first);
  return found;
}

/// A trailing dot makes a name absolute. The hosts file does not know it, so a name that DNS does
/// not have is asked for without it, too; but not one that is found by the resolver's search list
/// only.
Found look_up(const std::string& name, std::optional<Family> family) {
  Found found = ask_resolver(name, family);
  if (found.error != EAI_NONAME || !name.ends_with('.')) return found;
  const std::string relative = name.substr(0, name.size() - 1);
  Found again = ask_resolver(relative, family);
  const char* canonical = again.error == 0 ? again.addresses->ai_canonname : nullptr;
  const bool searched = canonical != nullptr && std::string_view(canonical).starts_with(name);
  return again.error != 0 || searched ? std::move(found) : std::move(again);
}

std::string lookup_error(int error) {
  if (error == EAI_IDN_ENCODE) {
    return "not a valid international name in UTF-8, or libidn2 is not installed";
  }
  return gai_strerror(error);
}

absl::StatusOr<ScopedAddress> resolve(const Host& host, std::optional<Family> family) {
  if (host.address) {
    if (family && host.address->address.family != *family) return no_address(host.text, *family);
    return *host.address;
  }
  const Found found = look_up(host.name, family);
  if (found.error != 0 && family && look_up(host.name, std::nullopt).error == 0) {
    return no_address(host.text, *family);
  }
  if (found.error != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot resolve '", host.text, "': ", lookup_error(found.error)));
  }
  for (const addrinfo* info = found.addresses.get(); info != nullptr; info = info->ai_next) {
    const auto address = address_of(*info);
    if (address && (!family || address->address.family == *family)) return *address;
  }
  if (family) return no_address(host.text, *family);
  return absl::NotFoundError(absl::StrCat("cannot resolve '", host.text, "': no address"));
}

/// The interface of the target's zone; empty: that of the run. A link-local address without either
/// could be on any link.
absl::StatusOr<std::string> interface_of(const ScopedAddress& address, const std::string& text,
                                         const std::string& interface) {
  const auto zone = zone_interface(address, text);
  if (!zone.ok()) return zone.status();
  if (!zone->empty() && !interface.empty() && *zone != interface) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is on interface ", *zone,
                                                   ", but probes are to leave by ", interface));
  }
  if (address.address.is_link_local() && zone->empty() && interface.empty()) {
    const std::string literal = address.address.to_string();
    return absl::InvalidArgumentError(absl::StrCat("'", text, "': ", literal,
                                                   " is on every link: write the interface, as in ",
                                                   literal, "%eth0, or give --interface"));
  }
  return *zone;
}

}  // namespace

absl::Status no_address(const std::string& host, Family family) {
  return absl::FailedPreconditionError(
      absl::StrCat("'", host, "' has no ", family_name(family), " address"));
}

absl::Status for_source(const absl::Status& error, const IpAddress& source) {
  if (!absl::IsFailedPrecondition(error)) return error;
  const Family other = source.family == Family::kIpv4 ? Family::kIpv6 : Family::kIpv4;
  return absl::FailedPreconditionError(
      absl::StrCat(std::string(error.message()), ", which source ", source.to_string(),
                   " needs: omit --source, or give an ", family_name(other), " one"));
}

absl::StatusOr<std::vector<trace::Target>> resolve_targets(const std::vector<std::string>& hosts,
                                                           std::optional<Family> family,
                                                           const std::string& interface) {
  std::vector<trace::Target> targets;
  for (const std::string& text : hosts) {
    const auto host = parse_host(text);
    if (!host.ok()) return host.status();
    const auto found = resolve(*host, family);
    if (!found.ok()) return found.status();
    if (found->address.is_unspecified()) {
      return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a host address"));
    }
    const auto zone = interface_of(*found, text, interface);
    if (!zone.ok()) return zone.status();
    // A zone that the resolver knew is shown as a written one is.
    const bool show = !zone->empty() && !host->address;
    targets.push_back(
        {show ? absl::StrCat(host->name, "%", *zone) : text, found->address, host->port, *zone});
  }
  return targets;
}

absl::Status check_distinct(const std::vector<trace::Target>& targets) {
  std::map<std::tuple<IpAddress, std::uint16_t, std::string>, std::string> seen;
  for (const trace::Target& target : targets) {
    const std::tuple service(target.destination, target.port, target.interface);
    const auto [first, added] = seen.emplace(service, target.name);
    if (added) continue;
    return absl::InvalidArgumentError(absl::StrCat("'", first->second, "' and '", target.name,
                                                   "' are the same host, ",
                                                   target.destination.to_string()));
  }
  return absl::OkStatus();
}

}  // namespace etr::pipeline
