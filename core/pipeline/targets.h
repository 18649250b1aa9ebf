// From hosts as the user wrote them to addresses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "trace/options.h"

namespace etr::pipeline {

/// What parse_host() accepts. A name is used by the first address of the wanted family in the
/// resolver's order; an IPv4-mapped IPv6 address is an IPv4 address. A link-local address is on the
/// interface of its zone, or on that of the run, `interface`, and must have one of them. Waits for
/// the resolver. Errors name the host.
absl::StatusOr<std::vector<trace::Target>> resolve_targets(const std::vector<std::string>& hosts,
                                                           std::optional<Family> family,
                                                           const std::string& interface);

/// The error for a host that has addresses, but none of this family: kFailedPrecondition.
absl::Status no_address(const std::string& host, Family family);

/// Adds to such an error that the family is that of `source`. Other errors stay as they are.
absl::Status for_source(const absl::Status& error, const IpAddress& source);

/// Refuses two hosts with one address, zone and port: their probes could not be distinguished.
absl::Status check_distinct(const std::vector<trace::Target>& targets);

}  // namespace etr::pipeline
