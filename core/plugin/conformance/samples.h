// Records as a run makes them, for testing sinks and views: every kind of hop, both families, and
// names as hostile as the core lets through.
#pragma once

#include <memory>
#include <vector>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"

namespace etr::plugin {

RunInfo sample_run();
/// The path of one flow in one round; even flows are IPv4, odd ones IPv6.
Path sample_path(std::uint32_t flow, std::uint64_t round);
/// One event of each kind, some with every field, some with none.
std::vector<Event> sample_events();
std::shared_ptr<const Snapshot> sample_snapshot(std::uint32_t flows);
Summary sample_summary();

}  // namespace etr::plugin
