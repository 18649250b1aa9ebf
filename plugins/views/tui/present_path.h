// The present path of a flow, as far as it is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/snapshot.h"

namespace tui {

/// Address of the responder at each TTL from 1; nullopt where it is unknown.
std::vector<std::optional<etr::IpAddress>> hops_of(const etr::FlowSnapshot& flow);

/// Whether the flow's path counts: it has a closed round, replies, and is not ambiguous.
bool shows_path(const etr::FlowSnapshot& flow);

/// Whether this is the hash of a path without replies.
bool is_no_path(const std::string& hash);

}  // namespace tui
