// An event: something that happened during a run and is not a path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/time.h"

namespace etr {

enum class EventKind : std::uint8_t {
  kPathChange,      ///< A flow moved to another path (confirmed).
  kLateReply,       ///< An answer after the timeout; its probe stays lost.
  kDuplicateReply,  ///< A second answer to one probe.
  kSendError,       ///< A probe could not be sent.
  kRoundStretched,  ///< A round does not fit its interval at the permitted rate.
  kFlowSkipped,     ///< A source port was taken, or not reserved.
  kRejected,        ///< Replies that failed a check; `count` of them, `text` says which check.
  kRouteChange,     ///< This host's own route or next hop changed.
  kNotice,          ///< Anything else worth a line.
};

constexpr std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::kPathChange: return "path-change";
    case EventKind::kLateReply: return "late";
    case EventKind::kDuplicateReply: return "duplicate";
    case EventKind::kSendError: return "send-error";
    case EventKind::kRoundStretched: return "round-stretched";
    case EventKind::kFlowSkipped: return "flow-skipped";
    case EventKind::kRejected: return "rejected";
    case EventKind::kRouteChange: return "route-change";
    case EventKind::kNotice: break;
  }
  return "notice";
}

/// A TTL at which the old path and the new one differ.
struct HopChange {
  std::uint8_t ttl = 0;
  std::optional<IpAddress> old_address;  ///< Empty: unknown, or beyond the path's end.
  std::optional<IpAddress> new_address;
};

/// One change, or several between the same two paths, of one flow or of several.
struct PathChange {
  std::uint32_t old_path_id = 0;
  std::uint32_t new_path_id = 0;
  std::string old_path_hash;
  std::string new_path_hash;
  std::uint8_t first_ttl = 0;  ///< First and last TTL that differ.
  std::uint8_t last_ttl = 0;
  std::vector<HopChange> hops;  ///< In TTL order.
  std::uint32_t flows = 1;      ///< That changed.
  /// Changes a second of each of these flows, in both directions; 0: of a single change.
  double per_second = 0;
};

/// Fields that do not apply are empty.
struct Event {
  EventKind kind = EventKind::kNotice;
  Timestamp at{};  ///< When it was reported.
  std::optional<std::uint32_t> trace;
  std::optional<std::uint32_t> flow;
  std::optional<std::uint64_t> round;
  std::optional<std::uint8_t> ttl;
  std::optional<IpAddress> address;  ///< Who answered.
  std::optional<Duration> rtt;
  std::optional<PathChange> change;
  std::uint64_t count = 1;  ///< How many times since the last event of this kind.
  std::string text;         ///< One line for the user, lower case, free of control characters.
};

}  // namespace etr
