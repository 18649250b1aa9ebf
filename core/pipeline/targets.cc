#include "pipeline/targets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace etr::pipeline {

namespace {

const char* family_name(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

/// The address in a socket address of either family; unaligned access is memcpy's to deal with.
std::optional<IpAddress> address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    sockaddr_in socket_address{};
    std::memcpy(&socket_address, info.ai_addr, sizeof socket_address);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &socket_address.sin_addr, octets.size());
    return IpAddress::from_bytes(octets);
  }
  if (info.ai_family == AF_INET6) {
    sockaddr_in6 socket_address{};
    std::memcpy(&socket_address, info.ai_addr, sizeof socket_address);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &socket_address.sin6_addr, octets.size());
    return IpAddress::from_bytes(octets)->unmapped();
  }
  return std::nullopt;
}

absl::StatusOr<IpAddress> resolve(const std::string& host, std::optional<Family> family) {
  if (const auto literal = IpAddress::parse(host)) {
    const IpAddress address = literal->unmapped();
    if (family && address.family != *family) return no_address(host, *family);
    return address;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  if (family) hints.ai_family = *family == Family::kIpv4 ? AF_INET : AF_INET6;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  if (error == EAI_ADDRFAMILY || error == EAI_NODATA) {
    if (family) return no_address(host, *family);
  }
  if (error != 0) {
    return absl::NotFoundError(absl::StrCat("cannot resolve '", host, "': ", gai_strerror(error)));
  }
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    const auto address = address_of(*info);
    if (address && (!family || address->family == *family)) return *address;
  }
  if (family) return no_address(host, *family);
  return absl::NotFoundError(absl::StrCat("cannot resolve '", host, "': no address"));
}

}  // namespace

absl::Status no_address(const std::string& host, Family family) {
  return absl::FailedPreconditionError(
      absl::StrCat("'", host, "' has no ", family_name(family), " address"));
}

absl::Status for_source(const absl::Status& error, const std::optional<IpAddress>& source) {
  if (!source || !absl::IsFailedPrecondition(error)) return error;
  const Family other = source->family == Family::kIpv4 ? Family::kIpv6 : Family::kIpv4;
  return absl::FailedPreconditionError(
      absl::StrCat(std::string(error.message()), ", which source ", source->to_string(),
                   " needs: omit --source, or give an ", family_name(other), " one"));
}

absl::StatusOr<std::vector<trace::Target>> resolve_targets(const std::vector<std::string>& hosts,
                                                           std::optional<Family> family) {
  std::vector<trace::Target> targets;
  for (const std::string& host : hosts) {
    const auto address = resolve(host, family);
    if (!address.ok()) return address.status();
    if (address->is_unspecified()) {
      return absl::InvalidArgumentError(absl::StrCat("'", host, "' is not a host address"));
    }
    targets.push_back({host, *address});
  }
  return targets;
}

absl::Status check_distinct(const std::vector<trace::Target>& targets) {
  std::map<IpAddress, std::string> seen;
  for (const trace::Target& target : targets) {
    const auto [first, added] = seen.emplace(target.destination, target.name);
    if (added) continue;
    return absl::InvalidArgumentError(absl::StrCat("'", first->second, "' and '", target.name,
                                                   "' are the same host, ",
                                                   target.destination.to_string()));
  }
  return absl::OkStatus();
}

}  // namespace etr::pipeline
