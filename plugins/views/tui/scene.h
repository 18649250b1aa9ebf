// All that panels draw from, for one frame: the newest snapshot, what the view remembers, and what
// the person has chosen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "etr/path_graph.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "event_log.h"
#include "history.h"
#include "state.h"

namespace tui {

struct Scene {
  const etr::RunInfo& run;
  const etr::Snapshot& snapshot;
  const History& history;
  const EventLog& events;
  etr::Names& names;
  const State& state;

  const etr::TraceInfo* trace = nullptr;  ///< The target on screen; null without traces.
  const etr::PathGraph* graph =
      nullptr;  ///< Of that target; empty before there is one, never null.
  /// Flows of that target: all; those that match the filter's text; of these the ones on the path
  /// filtered for, in the order chosen.
  std::vector<const etr::FlowSnapshot*> all;
  std::vector<const etr::FlowSnapshot*> matching;
  std::vector<const etr::FlowSnapshot*> flows;
  std::string path_filtered_for;  ///< Hash of that path; empty without one.
  std::size_t selected = 0;  ///< Position in `flows`; 0 if the selected flow is not among them.

  const etr::FlowSnapshot* flow() const { return flows.empty() ? nullptr : flows[selected]; }
  /// Name, address or both, as the person wants hosts written. Where both do not fit `room`
  /// columns it is the name alone.
  std::string host(const etr::IpAddress& address, int room = 1000) const;
  /// One of the two: the name only if the person wants names only.
  std::string brief_host(const etr::IpAddress& address) const;
  /// Whether the flow gets to the destination: it has answered in one of the last rounds. One lost
  /// probe is loss, and a round cut short by the end of the run says nothing.
  bool reached(const etr::FlowSnapshot& flow) const;
};

Scene make_scene(const etr::RunInfo& run, const etr::Snapshot& snapshot, const History& history,
                 const EventLog& events, etr::Names& names, const State& state);

/// First row of a list to show so that row `selected` stands in the middle where possible.
int window_top(int selected, int count, int height);

/// Hops up to the end, with a mark: "8", "8!" blocked there, "8?" destination not reached.
std::string hop_count(const Scene& scene, const etr::FlowSnapshot& flow);

/// First eight digits of a path's hash; "-" if nobody answered on it.
std::string short_hash(const std::string& hash);

}  // namespace tui
