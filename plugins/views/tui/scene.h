// All that panels need to draw one frame: the newest snapshot, the view's history and events, and
// the user's choices.
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
  const etr::PathGraph* graph = nullptr;  ///< Of that target; never null, empty at first.
  /// Flows of that target: all; those that match the filter's text; of these, the ones on the
  /// filtered path, sorted as the user chose.
  std::vector<const etr::FlowSnapshot*> all;
  std::vector<const etr::FlowSnapshot*> matching;
  std::vector<const etr::FlowSnapshot*> flows;
  std::string path_filtered_for;  ///< Hash of the filtered path; empty without one.
  std::size_t selected = 0;  ///< Position in `flows`; 0 if the selected flow is not among them.

  const etr::FlowSnapshot* flow() const { return flows.empty() ? nullptr : flows[selected]; }
  /// Name, address or both, as State::names says; the name alone if both do not fit `room` columns.
  std::string host(const etr::IpAddress& address, int room = 1000) const;
  /// The address, or the name if State::names is kNames.
  std::string brief_host(const etr::IpAddress& address) const;
  /// Whether the target has replied in one of the last rounds. Several are considered because one
  /// lost probe is only loss, and the last round may have been cut short by the end of the run.
  bool reached(const etr::FlowSnapshot& flow) const;
};

Scene make_scene(const etr::RunInfo& run, const etr::Snapshot& snapshot, const History& history,
                 const EventLog& events, etr::Names& names, const State& state);

/// First row of a list to show, so that row `selected` is in the middle where possible.
int window_top(int selected, int count, int height);

/// Number of hops: "8", "8!" if blocked there, "8?" if the target was not reached, "-" without
/// replies.
std::string hop_count(const Scene& scene, const etr::FlowSnapshot& flow);

/// First eight digits of a path's hash; "-" for a path without replies.
std::string short_hash(const std::string& hash);

}  // namespace tui
