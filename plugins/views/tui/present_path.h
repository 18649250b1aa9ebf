// The path that a flow takes now, as far as it is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/snapshot.h"

namespace tui {

/// Who the path meets at each TTL from 1; empty where nobody is known to have answered.
std::vector<std::optional<etr::IpAddress>> hops_of(const etr::FlowSnapshot& flow);

/// True if the flow shows a path to be counted, rather than hops that may belong to several.
bool shows_path(const etr::FlowSnapshot& flow);

/// True of the hash of a path on which nobody ever answered.
bool is_no_path(const std::string& hash);

}  // namespace tui
