// The present path of a flow, as far as it is known.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/snapshot.h"

namespace tui {

/// Address of the responder at each TTL from 1; nullopt where it is unknown.
std::vector<std::optional<etr::IpAddress>> hops_of(const etr::FlowSnapshot& flow);

/// The hops beyond the last one known to answer, which panels show as one row.
struct SilentTail {
  std::size_t first = 0;  ///< Position in FlowSnapshot::hops; their number if there is no tail.
  etr::HopStats pooled;   ///< Figures of all its hops; `ttl` is that of the first.
};
/// Empty if a single hop has not answered: that has a row of its own.
SilentTail silent_tail(const etr::FlowSnapshot& flow);
/// "no answer 5-22", shown in place of a host.
std::string no_answer(std::size_t first_ttl, std::size_t last_ttl);

/// Whether the flow's path counts: it has a closed round, replies, and is not ambiguous.
bool shows_path(const etr::FlowSnapshot& flow);

/// Whether this is the hash of a path without replies.
bool is_no_path(const std::string& hash);

}  // namespace tui
