#include "scene.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "figures.h"
#include "present_path.h"
#include "text.h"

namespace tui {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& octet : out) {
    if (octet >= 'A' && octet <= 'Z') octet = static_cast<char>(octet - 'A' + 'a');
  }
  return out;
}

/// Decides whether flows match a text; looks at each address once.
class Filter {
 public:
  Filter(const std::string& text, etr::Names& names) : wanted_(lower(text)), names_(names) {}

  bool passes(const etr::FlowSnapshot& flow) {
    if (wanted_.empty() || contains(flow.path_hash) ||
        std::to_string(flow.source_port).find(wanted_) == 0 ||
        "#" + std::to_string(flow.flow) == wanted_) {
      return true;
    }
    for (const etr::HopStats& hop : flow.hops) {
      for (const etr::ResponderStats& responder : hop.responders) {
        if (matches(responder.address)) return true;
      }
    }
    return false;
  }

 private:
  bool contains(const std::string& text) const {
    return lower(text).find(wanted_) != std::string::npos;
  }
  bool matches(const etr::IpAddress& address) {
    const auto [known, added] = seen_.try_emplace(address, false);
    if (added) known->second = contains(address.to_string()) || contains(names_.name(address));
    return known->second;
  }

  std::string wanted_;
  etr::Names& names_;
  std::unordered_map<etr::IpAddress, bool> seen_;
};

/// The sort key: the worst is the highest. Rounded to the precision that is shown, so that rows
/// that look alike keep their order. Flows without figures come last.
double badness(const etr::FlowSnapshot& flow, SortBy sort) {
  constexpr double kShownTime = 1e4;  // a hundredth of a millisecond
  constexpr double kNoArrival = 2;    // worse than 100 % loss
  const etr::HopStats* end = target_hop(flow);
  if (sort == SortBy::kLoss) {
    if (!no_arrival(flow).empty()) return kNoArrival * 1000;
    return end == nullptr ? -1 : std::round(end->loss().value_or(-1) * 1000);
  }
  const auto numbers = end == nullptr ? std::nullopt : figures(*end);
  if (!numbers) return -1;
  return std::round(
      (sort == SortBy::kJitter ? static_cast<double>(jitter(*end).count()) : numbers->rtt_mean_ns) /
      kShownTime);
}

void sort_flows(std::vector<const etr::FlowSnapshot*>& flows, SortBy sort) {
  if (sort == SortBy::kFlow) return;
  // Paths in the order of their first flows.
  std::unordered_map<std::uint32_t, double> places;
  std::vector<std::pair<double, const etr::FlowSnapshot*>> keyed;
  keyed.reserve(flows.size());
  for (const etr::FlowSnapshot* flow : flows) {
    const double key =
        sort != SortBy::kPath
            ? badness(*flow, sort)
            : places.try_emplace(flow->path_id, -static_cast<double>(places.size())).first->second;
    keyed.emplace_back(key, flow);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::transform(keyed.begin(), keyed.end(), flows.begin(),
                 [](const auto& entry) { return entry.second; });
}

/// Removes the flows that are not on the chosen path (see PathChoice) from `flows`; returns the
/// hash of that path.
std::string keep_path(const PathChoice& choice, const std::vector<const etr::FlowSnapshot*>& all,
                      std::vector<const etr::FlowSnapshot*>& flows) {
  std::uint32_t wanted = choice.path_id;
  std::string hash;
  for (const etr::FlowSnapshot* flow : all) {
    const bool chosen = flow->path_id == choice.path_id;
    if (!chosen && flow->flow != choice.flow) continue;
    wanted = flow->path_id;
    hash = flow->path_hash;
    if (chosen) break;
  }
  std::erase_if(flows, [&](const auto* flow) { return flow->path_id != wanted; });
  return hash;
}

const etr::PathGraph& graph_of(const etr::Snapshot& snapshot, std::uint32_t trace) {
  static const etr::PathGraph kEmpty;
  for (const auto& graph : snapshot.graphs) {
    if (graph != nullptr && graph->trace == trace) return *graph;
  }
  return kEmpty;
}

}  // namespace

std::string Scene::host(const etr::IpAddress& address, int room) const {
  std::string literal = address.to_string();
  if (state.names == NameMode::kAddresses) return literal;
  std::string name = names.name(address);
  if (name.empty()) return literal;
  if (state.names == NameMode::kNames) return name;
  std::string both = name + " (" + literal + ")";
  return display_width(both) <= room ? both : name;
}

std::string Scene::brief_host(const etr::IpAddress& address) const {
  return state.names == NameMode::kNames ? host(address) : address.to_string();
}

bool Scene::reached(const etr::FlowSnapshot& flow) const {
  constexpr std::size_t kPatience = 4;  // rounds
  if (flow.reached || !flow.distance) return flow.reached;
  for (std::size_t back = 0; back < kPatience; ++back) {
    if (history.at(flow.trace, flow.flow, *flow.distance, back).state == Sample::State::kAnswered) {
      return true;
    }
  }
  return false;
}

std::string hop_count(const Scene& scene, const etr::FlowSnapshot& flow) {
  const etr::HopStats* end = end_hop(flow);
  if (end == nullptr) return "-";
  const char* mark = flow.blocked ? "!" : scene.reached(flow) ? "" : "?";
  return formatted("%d%s", int{end->ttl}, mark);
}

Scene make_scene(const etr::RunInfo& run, const etr::Snapshot& snapshot, const History& history,
                 const EventLog& events, etr::Names& names, const State& state) {
  Scene scene{run, snapshot, history, events, names, state, nullptr, nullptr, {}, {}, {}, {}, 0};
  scene.graph = &graph_of(snapshot, state.trace);
  for (const etr::TraceInfo& trace : run.traces) {
    if (trace.trace == state.trace) scene.trace = &trace;
  }
  Filter filter(state.filter, names);
  for (const auto& flow : snapshot.flows) {
    if (flow == nullptr || flow->trace != state.trace) continue;
    scene.all.push_back(flow.get());
    if (!filter.passes(*flow)) continue;
    scene.matching.push_back(flow.get());
  }
  scene.flows = scene.matching;
  if (state.filter_path) {
    scene.path_filtered_for = keep_path(*state.filter_path, scene.all, scene.flows);
  }
  sort_flows(scene.flows, state.sort);
  const auto found = std::find_if(scene.flows.begin(), scene.flows.end(),
                                  [&](const auto* flow) { return flow->flow == state.flow; });
  if (found != scene.flows.end()) {
    scene.selected = static_cast<std::size_t>(found - scene.flows.begin());
  }
  return scene;
}

int window_top(int selected, int count, int height) {
  return std::clamp(selected - height / 2, 0, std::max(0, count - height));
}

std::string short_hash(const std::string& hash) {
  return is_no_path(hash) ? "-" : hash.substr(0, 8);
}

}  // namespace tui
