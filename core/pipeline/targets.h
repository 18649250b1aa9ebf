// From hosts as the user wrote them to addresses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "simulation/network.h"
#include "trace/options.h"

namespace etr::pipeline {

/// A literal is used as it is, a name by the first address of the wanted family in the resolver's
/// order. Waits for the resolver. Errors name the host.
absl::StatusOr<std::vector<trace::Target>> resolve_targets(const std::vector<std::string>& hosts,
                                                           std::optional<Family> family);

/// The same in a simulated network, by its own names; without hosts all of its targets.
absl::StatusOr<std::vector<trace::Target>> simulated_targets(const simulation::Network& network,
                                                             const std::vector<std::string>& hosts,
                                                             std::optional<Family> family);

/// Refuses two hosts with one address: their probes could not be told apart.
absl::Status check_distinct(const std::vector<trace::Target>& targets);

}  // namespace etr::pipeline
