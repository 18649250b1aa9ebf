// What is known of the path that a flow takes now. Statistics go on when a flow changes its path;
// who answered on an earlier one says nothing of this one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/snapshot.h"
#include "history.h"

namespace tui {

/// Those who have answered at this hop, without those of paths that the flow has left.
std::vector<const etr::ResponderStats*> present_responders(const History& history,
                                                           const etr::FlowSnapshot& flow,
                                                           const etr::HopStats& hop);

/// Whether the responder was met on an earlier path, and not on this one.
bool is_former(const History& history, const etr::FlowSnapshot& flow, const etr::HopStats& hop,
               const etr::ResponderStats& responder);

/// Who the path meets at each TTL from 1; empty where nobody is known to have answered.
std::vector<std::optional<etr::IpAddress>> hops_of(const History& history,
                                                   const etr::FlowSnapshot& flow);

/// The same for flows on the same path: its hash, its length and the TTLs that answered, for a hash
/// does not say which hops were silent.
std::string path_key(const History& history, const etr::FlowSnapshot& flow);

/// True of the hash of a path on which nobody ever answered.
bool is_no_path(const std::string& hash);

}  // namespace tui
