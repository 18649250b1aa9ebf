// Paths and events as lines of text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"

namespace plain {

/// Digits of a path hash that are shown; records contain the whole digest.
inline constexpr std::size_t kHashColumns = 8;
/// Shown instead of a hash if no reply was received.
inline constexpr std::string_view kNoPath = "-";

/// The first digits of a path's hash, or kNoPath.
std::string path_name(std::string_view hash);

/// "5"; "2+" if the path's end is unknown (`length` is 0) and the last reply came from TTL 2; "-"
/// without replies.
std::string hop_count(std::size_t length, std::size_t last_answer);

/// "target.example (192.0.2.9)"; the address alone if the user gave an address.
std::string target_text(const etr::TraceInfo& trace);

/// One line: the flow, its path, whether it reached the target, and the TTLs lost in this round.
/// With `every_hop` the hops follow, one per line, instead of the lost TTLs.
std::string path_text(const etr::Path& path, std::string_view target, bool every_hop,
                      std::size_t host_width);

/// One line.
std::string event_text(const etr::Event& event, std::string_view target);

/// The kind of reply; for ICMP errors other than time exceeded also type, code and reason:
/// "unreachable 3/13 filtered".
std::string reply_text(etr::ReplyKind kind, std::uint8_t icmp_type, std::uint8_t icmp_code);

/// "  [MPLS 16004 17]"; empty without labels.
std::string mpls_text(const std::vector<etr::MplsLabel>& stack);

}  // namespace plain
