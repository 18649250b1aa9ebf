#include "run_report.h"

#include <algorithm>
#include <optional>

#include "etr/loss_text.h"
#include "etr/path_marks.h"
#include "etr/text.h"
#include "findings.h"
#include "hop_row.h"
#include "layout.h"
#include "path_text.h"

namespace plain {
namespace {

using Hops = std::map<std::uint8_t, HopRow>;

bool is_ambiguous(etr::PathKnowledge knowledge) {
  return knowledge == etr::PathKnowledge::kAmbiguous;
}

/// The highest TTL with a reply to any of the flows; 0: none.
std::size_t last_answer(const std::vector<const etr::FlowSnapshot*>& flows) {
  std::size_t last = 0;
  for (const etr::FlowSnapshot* flow : flows) {
    for (const etr::HopStats& hop : flow->hops) {
      if (!hop.responders.empty()) last = std::max<std::size_t>(last, hop.ttl);
    }
  }
  return last;
}

/// TTL of the target or of the router that blocks the flow; 0 if neither is known.
std::size_t length_of(const std::vector<const etr::FlowSnapshot*>& flows) {
  for (const etr::FlowSnapshot* flow : flows) {
    if (flow->distance) return *flow->distance;
    if (flow->blocked) return flow->blocked->ttl;
  }
  return 0;
}

std::string path_fate(const std::vector<const etr::FlowSnapshot*>& flows, bool has_replies) {
  if (flows.empty()) return "left";
  for (const etr::FlowSnapshot* flow : flows) {
    if (flow->blocked) {
      return "blocked at " + std::to_string(flow->blocked->ttl) + " by " +
             flow->blocked->by.to_string() + ": " +
             reply_text(etr::ReplyKind::kUnreachable, flow->blocked->icmp_type,
                        flow->blocked->icmp_code);
    }
  }
  const bool reached = std::any_of(flows.begin(), flows.end(),
                                   [](const auto* flow) { return flow->distance.has_value(); });
  if (reached) return "";
  for (const etr::FlowSnapshot* flow : flows) {
    if (const auto loop = etr::find_loop(*flow)) return etr::loop_text(*loop);
  }
  return has_replies ? "not reached" : "no answer";
}

bool is_known(const HopRow& hop) { return !hop.responders.empty() || !hop.former.empty(); }

/// The end of the adjacent hops from `first` on that one line can represent: no responder, present
/// or former, and the same loss text; or whatever follows the last hop that has ever replied.
Hops::const_iterator silent_run(const Hops& hops, Hops::const_iterator first) {
  if (std::none_of(first, hops.end(), [](const auto& hop) { return is_known(hop.second); })) {
    return hops.end();
  }
  auto last = first;
  for (auto next = std::next(first); next != hops.end() && next->first == last->first + 1; ++next) {
    if (!last->second.former.empty() || !next->second.former.empty()) break;
    if (!next->second.responders.empty() ||
        etr::hop_loss_text(next->second.pooled) != etr::hop_loss_text(first->second.pooled))
      break;
    last = next;
  }
  return std::next(last);
}

/// What follows the figures: kind of reply, MPLS labels, and whether the flows have since changed
/// their path.
std::string remarks(const HopRow::Responder& responder, bool former) {
  const etr::ResponderStats& latest = *responder.latest;
  std::string text;
  if (responder.kind() != etr::ReplyKind::kTimeExceeded) {
    text += "  " + reply_text(responder.kind(), latest.icmp_type, latest.icmp_code);
  }
  return text + mpls_text(latest.mpls) + (former ? "  before the path changed" : "");
}

const etr::PathGraph* graph_of(const etr::TraceInfo& trace, const etr::Snapshot& snapshot) {
  for (const auto& graph : snapshot.graphs) {
    if (graph != nullptr && graph->trace == trace.trace) return graph.get();
  }
  return nullptr;
}

/// Widths of the columns after the host.
struct Widths {
  std::size_t loss = 9;
  std::size_t count = 7;
  std::size_t time = 9;

  std::size_t all() const { return loss + count + 5 * time; }
};
constexpr Widths kNarrow{8, 6, 7};
constexpr std::size_t kTtlColumns = 6;
constexpr std::size_t kFewestHostColumns = 16;  // enough for an IPv4 address

std::string last_rtt(const etr::ResponderStats& responder) {
  return responder.has_rtt() ? milliseconds(responder.last) : "-";
}

}  // namespace

void RunReport::add(const etr::Path& path) {
  SeenPath& seen = seen_[path.trace][path.path_id];
  seen.ambiguous = is_ambiguous(path.path_knowledge);
  if (path.reached || path.blocked) seen.length = path.hops.size();
  ++records_;
  LastReplies& replies = replies_[{path.trace, path.flow}];
  for (const etr::Hop& hop : path.hops) {
    if (!hop.reply) continue;
    seen.answered.insert(hop.ttl);
    if (hop.reply->rtt) replies[hop.ttl] = {records_, hop.reply->source};
  }
}

std::string RunReport::text(const etr::RunInfo& run, const etr::Snapshot& snapshot,
                            etr::Names& names, Room room) const {
  const std::string late = etr::late_text(snapshot.counters, run.timeout);
  std::string text = late.empty() ? "" : "\n" + late + "\n";
  for (const etr::TraceInfo& trace : run.traces) {
    text += trace_text(trace, snapshot, names, room);
  }
  return text;
}

std::vector<RunReport::Row> RunReport::rows(const SeenPaths& seen, const Flows& flows,
                                            const etr::PathGraph* graph) {
  std::vector<Row> rows;
  std::map<std::uint32_t, std::size_t> places;
  for (const etr::FlowSnapshot* flow : flows) {
    const auto [place, added] = places.try_emplace(flow->path_id, rows.size());
    if (added) {
      rows.push_back({path_name(flow->path_hash), {}, is_ambiguous(flow->path_knowledge), {}, {}});
    }
    Row& row = rows[place->second];
    row.flows.push_back(flow);
    row.ports.insert(flow->source_port);
  }
  for (Row& row : rows) {
    row.hops = hop_count(length_of(row.flows), last_answer(row.flows));
  }
  if (graph == nullptr) return rows;
  for (const etr::GraphPath& left : graph->paths) {
    const auto path = seen.find(left.id);
    if (!left.flows->empty() || path == seen.end() || path->second.ambiguous) continue;
    const auto& answered = path->second.answered;
    const std::size_t last = answered.empty() ? 0 : *answered.rbegin();
    rows.push_back({path_name(left.hash), hop_count(path->second.length, last), false, {}, {}});
  }
  return rows;
}

std::string RunReport::trace_text(const etr::TraceInfo& trace, const etr::Snapshot& snapshot,
                                  etr::Names& names, Room room) const {
  Flows flows;
  std::uint64_t rounds = 0;
  for (const auto& flow : snapshot.flows) {
    if (flow->trace != trace.trace || flow->rounds == 0) continue;
    flows.push_back(flow.get());
    rounds = std::max(rounds, flow->rounds);
  }
  const auto seen = seen_.find(trace.trace);
  const etr::PathGraph* graph = graph_of(trace, snapshot);
  const std::vector<Row> all = rows(seen == seen_.end() ? SeenPaths{} : seen->second, flows, graph);
  // Neither flows without replies nor ambiguous paths count as paths.
  const auto count = [&](bool left) {
    return std::count_if(all.begin(), all.end(), [&](const Row& row) {
      return row.hash != kNoPath && !row.ambiguous && row.flows.empty() == left;
    });
  };
  std::string text = "\n" + target_text(trace) + "  " + trace.protocol;
  if (trace.destination_port != 0) text += " port " + std::to_string(trace.destination_port);
  text += ": " + counted(flows.size(), "flow") + ", " + counted(rounds, "round") + ", " +
          counted(static_cast<std::size_t>(count(false)), "path");
  if (count(true) != 0) text += " and " + std::to_string(count(true)) + " left";
  text += '\n';
  if (all.empty()) return text;
  text += "\n" + path_table(all) + findings(flows, trace.destination, graph, names, room.host);
  for (const Row& row : all) {
    if (!row.flows.empty()) text += "\n" + hop_table(row, names, room);
  }
  if (std::any_of(all.begin(), all.end(), [](const Row& row) { return row.is_doubtful(); })) {
    text += "\n?: too few hops are known to tell which path it is; not counted as a path\n";
  }
  if (text.find("%?") != std::string::npos) {
    text += "\n%?: not answered, but not judged as loss at this hop\n";
  }
  return text;
}

std::string RunReport::path_table(const std::vector<Row>& rows) const {
  std::string text = left("Path", kHashColumns) + right("Hops", 6) + right("Loss%", 9) +
                     right("Avg", 9) + right("Best", 9) + right("Wrst", 9) + right("StDev", 9) +
                     right("Flows", 7) + "  Source ports\n";
  for (const Row& row : rows) {
    etr::PooledHop target;
    for (const etr::FlowSnapshot* flow : row.flows) {
      if (flow->distance && !flow->blocked && !flow->hops.empty()) target.add(flow->hops.back());
    }
    text += left(row.name(), kHashColumns) + right(row.hops, 6) +
            right(etr::hop_loss_text(target), 9) + rtt_columns(target.statistics, 9) +
            right(std::to_string(row.flows.size()), 7);
    if (!row.ports.empty()) text += "  " + ranges(row.ports);
    const std::string fate = path_fate(row.flows, row.hash != kNoPath);
    if (!fate.empty()) text += "  (" + fate + ")";
    text += '\n';
  }
  return text;
}

std::map<std::uint8_t, HopRow> RunReport::pool(const Flows& flows) const {
  Hops hops;
  for (const etr::FlowSnapshot* flow : flows) {
    const auto replies = replies_.find({flow->trace, flow->flow});
    for (const etr::HopStats& hop : flow->hops) {
      LastReply last;
      if (replies != replies_.end()) {
        const auto found = replies->second.find(hop.ttl);
        if (found != replies->second.end()) last = found->second;
      }
      hops[hop.ttl].add(hop, last);
    }
  }
  return hops;
}

std::string RunReport::hop_table(const Row& row, etr::Names& names, Room room) const {
  const Hops hops = pool(row.flows);
  const auto name_of = [&](const HopRow::Responder& responder) {
    return host(responder.address, names.name(responder.address), room.host);
  };
  const auto widest = [&] {
    std::size_t width = 4;
    for (const auto& [ttl, hop] : hops) {
      for (const auto* responders : {&hop.responders, &hop.former}) {
        for (const HopRow::Responder& responder : *responders) {
          width = std::max(width, etr::columns(name_of(responder)));
        }
      }
    }
    return width;
  };
  std::size_t width = widest();
  Widths widths;
  if (room.line != 0 && kTtlColumns + width + widths.all() > room.line) {
    widths = kNarrow;
    const std::size_t others = kTtlColumns + widths.all();
    room.host = std::min(room.host, std::max(room.line, others + kFewestHostColumns) - others);
    width = widest();
  }
  const auto loss = [&](std::string_view text) { return cell(text, widths.loss); };
  const auto count = [&](std::string_view text) { return cell(text, widths.count); };
  const auto time = [&](std::string_view text) { return cell(text, widths.time); };
  std::string text = (row.hash == kNoPath ? "No answer" : "Path " + row.name()) + ", source port" +
                     (row.ports.size() == 1 ? " " : "s ") + ranges(row.ports) + "\n" +
                     ttl_label("TTL") + left("Host", width) + loss("Loss%") + count("Snt") +
                     time("Last") + time("Avg") + time("Best") + time("Wrst") + time("StDev") +
                     "\n";
  for (auto it = hops.begin(); it != hops.end();) {
    const auto& [ttl, hop] = *it;
    if (hop.responders.empty()) {
      const auto end = silent_run(hops, it);
      std::uint64_t sent = 0;
      etr::PooledHop pooled;
      for (auto one = it; one != end; ++one) {
        sent += one->second.sent;
        pooled.add(one->second.pooled);
      }
      text += ttl_label(ttl_range(ttl, std::prev(end)->first)) + left("???", width) +
              loss(etr::hop_loss_text(pooled)) + count(std::to_string(sent)) + time("-") +
              rtt_columns({}, widths.time) + "\n";
      it = std::prev(end);
    }
    for (const HopRow::Responder& responder : hop.responders) {
      const bool first = &responder == &hop.responders.front();
      text += (first ? ttl_label(std::to_string(ttl)) : std::string(kTtlColumns, ' ')) +
              left(name_of(responder), width) +
              (first ? loss(etr::hop_loss_text(hop.pooled)) + count(std::to_string(hop.sent))
                     : loss("") + count("+" + std::to_string(responder.received))) +
              time(last_rtt(*responder.latest)) + rtt_columns(responder.rtts, widths.time) +
              remarks(responder, false) + "\n";
    }
    for (const HopRow::Responder& responder : hop.former) {
      text += std::string(kTtlColumns, ' ') + left(name_of(responder), width) + loss("") +
              count("+" + std::to_string(responder.received)) + time(last_rtt(*responder.latest)) +
              rtt_columns(responder.rtts, widths.time) + remarks(responder, true) + "\n";
    }
    ++it;
  }
  return text;
}

}  // namespace plain
