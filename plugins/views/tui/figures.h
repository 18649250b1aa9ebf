// Loss, RTT and jitter of hops and flows, and their text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "etr/pooled.h"
#include "etr/snapshot.h"
#include "etr/time.h"
#include "role.h"

namespace tui {

/// RTTs pooled over all responders of a hop; nullopt if none was measured.
std::optional<etr::PooledStatistics> figures(const etr::HopStats& hop);
/// Interarrival jitter of the main responder.
etr::Duration jitter(const etr::HopStats& hop);

/// The target's hop, else the last hop with replies; null without either.
const etr::HopStats* end_hop(const etr::FlowSnapshot& flow);
/// The target's hop, whose loss and RTT are the flow's; null if the flow is blocked or the target
/// has never replied.
const etr::HopStats* target_hop(const etr::FlowSnapshot& flow);
/// Shown instead of loss: "blocked", or "loop" or "not reached" if the target has never replied.
/// Empty if it has, and in the first round.
std::string_view no_arrival(const etr::FlowSnapshot& flow);

/// The responder with most replies; null for a hop without replies.
const etr::ResponderStats* main_responder(const etr::HopStats& hop);

/// As etr::hop_loss_text().
std::string loss_text(const etr::HopStats& hop);
/// Only loss on the path gets a loss colour.
Role loss_role(const etr::PooledHop& hop);
Role loss_role(const etr::HopStats& hop);
Role loss_role(double share);

/// Milliseconds with at most two decimals, as many as fit `columns`; else seconds: "12346s".
std::string milliseconds(double nanoseconds, int columns = 8);
std::string milliseconds(etr::Duration duration, int columns = 8);
std::string percent(double share);
/// "12s", "3m05s", "2h03m05s", as the Go etr writes elapsed time.
std::string elapsed_text(etr::Duration duration);
/// "500ms", "2s".
std::string interval_text(etr::Duration duration);
/// "2026-11-22 07:30:01 UTC".
std::string date_text(etr::Timestamp at);
/// "07:30:01.250", in UTC.
std::string clock_text(etr::Timestamp at);

}  // namespace tui
