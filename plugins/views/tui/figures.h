// Numbers of hops and flows as the panels need them, and as text.
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

/// RTTs of all responders of a hop together; empty if none was measured.
std::optional<etr::PooledStatistics> figures(const etr::HopStats& hop);
/// Of the responder heard most.
etr::Duration jitter(const etr::HopStats& hop);

/// The target's hop, else the last one that answered.
const etr::HopStats* end_hop(const etr::FlowSnapshot& flow);
/// The target's hop, whose loss and RTT are the flow's; null if the target has never answered.
const etr::HopStats* target_hop(const etr::FlowSnapshot& flow);
/// "blocked", or "not reached": what stands in place of loss where the target has never answered.
/// Empty if it has, and in the first round.
std::string_view no_arrival(const etr::FlowSnapshot& flow);

/// The responder heard most; none for a hop that was never heard.
const etr::ResponderStats* main_responder(const etr::HopStats& hop);

/// "12.5%", "12.5%?" of too few probes to tell whose silence it was, or "silent", "limited", "-";
/// loss is coloured only where it is the path's.
std::string loss_text(const etr::PooledHop& hop);
std::string loss_text(const etr::HopStats& hop);
Role loss_role(const etr::PooledHop& hop);
Role loss_role(const etr::HopStats& hop);
Role loss_role(double share);

/// Milliseconds with two decimals, fewer if they do not fit into `columns`.
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
