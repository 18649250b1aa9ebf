// One path, or one event, as lines of text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "etr/event.h"
#include "etr/path.h"

namespace plain {

/// One line that says which path it is, whether it reached the target, and which hops were lost in
/// this round; with `every_hop`, one more line for each hop.
std::string path_text(const etr::Path& path, std::string_view target, bool every_hop,
                      std::size_t host_width);

/// One line.
std::string event_text(const etr::Event& event, std::string_view target);

/// "unreachable 3/13" for ICMP errors, the kind alone for the others.
std::string reply_text(etr::ReplyKind kind, std::uint8_t icmp_type, std::uint8_t icmp_code);

/// " [MPLS 16004 17]", or nothing.
std::string mpls_text(const std::vector<etr::MplsLabel>& stack);

}  // namespace plain
