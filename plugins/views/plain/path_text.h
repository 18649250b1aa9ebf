// One path, or one event, as lines of text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"

namespace plain {

/// Enough of a hash to tell paths apart; the records have the whole digest.
inline constexpr std::size_t kHashColumns = 8;
/// The name of no path: nobody answered.
inline constexpr std::string_view kNoPath = "-";

/// What a path is called: the beginning of its hash, or kNoPath.
std::string path_name(std::string_view hash);

/// "5"; "2+" if no end is known (`length` is 0) and the last answer came from TTL 2; "-" if none
/// came.
std::string hop_count(std::size_t length, std::size_t last_answer);

/// "target.example (192.0.2.9)", or what the user wrote if that is the address.
std::string target_text(const etr::TraceInfo& trace);

/// One line that says which path it is, whether it reached the target, and which hops were lost in
/// this round; with `every_hop`, one more line for each hop.
std::string path_text(const etr::Path& path, std::string_view target, bool every_hop,
                      std::size_t host_width);

/// One line.
std::string event_text(const etr::Event& event, std::string_view target);

/// "unreachable 3/13 filtered" for ICMP errors, the kind alone for the others.
std::string reply_text(etr::ReplyKind kind, std::uint8_t icmp_type, std::uint8_t icmp_code);

/// " [MPLS 16004 17]", or nothing.
std::string mpls_text(const std::vector<etr::MplsLabel>& stack);

}  // namespace plain
