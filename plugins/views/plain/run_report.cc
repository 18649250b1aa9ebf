#include "run_report.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "etr/text.h"
#include "layout.h"
#include "path_text.h"

namespace plain {
namespace {

constexpr std::size_t kHashColumns = 8;

/// RTT statistics of several responders taken together.
struct PooledRtt {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;  ///< Sum of squared differences from the mean.
  etr::Duration best{};
  etr::Duration worst{};

  /// Chan, Golub, LeVeque: the pairwise form of Welford's update.
  void add(const etr::ResponderStats& stats) {
    if (stats.received == 0 || stats.worst == etr::Duration{}) return;  // nothing measured
    best = count == 0 ? stats.best : std::min(best, stats.best);
    worst = std::max(worst, stats.worst);
    const auto n = static_cast<double>(count);
    const auto m = static_cast<double>(stats.received);
    const double distance = stats.mean_ns - mean;
    squares += stats.stddev_ns * stats.stddev_ns * (m - 1) + distance * distance * n * m / (n + m);
    mean += distance * m / (n + m);
    count += stats.received;
  }

  std::optional<etr::Duration> duration(double nanoseconds) const {
    if (count == 0) return std::nullopt;
    return etr::Duration(std::llround(nanoseconds));
  }
  double deviation() const {
    return count < 2 ? 0 : std::sqrt(squares / static_cast<double>(count - 1));
  }
  /// Avg, Best, Wrst, StDev.
  std::string columns() const {
    return right(milliseconds(duration(mean)), 9) +
           right(milliseconds(count == 0 ? std::nullopt : std::optional(best)), 9) +
           right(milliseconds(count == 0 ? std::nullopt : std::optional(worst)), 9) +
           right(milliseconds(duration(deviation())), 9);
  }
};

/// One TTL over all flows of a path.
struct PooledHop {
  struct Responder {
    etr::IpAddress address;
    std::uint64_t received = 0;
    PooledRtt rtt;
    etr::Duration last{};
    const etr::ResponderStats* latest = nullptr;
  };

  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t counted = 0;  ///< Probes whose loss counts.
  std::uint64_t lost = 0;
  bool limited = false;
  bool uncertain = false;  ///< Losses of a flow with too few probes to tell whose they are.
  std::vector<Responder> responders;

  void add(const etr::HopStats& hop) {
    sent += hop.sent;
    answered += hop.answered;
    limited = limited || hop.hop_class == etr::HopClass::kLimited;
    if (hop.loss()) {
      counted += hop.answered + hop.lost;
      lost += hop.lost;
      uncertain = uncertain || (hop.lost > 0 && hop.hop_class == etr::HopClass::kUnknown);
    }
    for (const etr::ResponderStats& stats : hop.responders) {
      Responder& responder = find(stats.address);
      responder.received += stats.received;
      responder.rtt.add(stats);
      responder.last = stats.last;
      responder.latest = &stats;
    }
  }

  /// Never a percentage for what is no loss of the path.
  std::string loss() const {
    if (sent == 0) return "-";
    if (answered == 0) return "silent";
    if (limited) return "limited";
    if (counted == 0) return "-";
    return percent(static_cast<double>(lost) / static_cast<double>(counted)) +
           (uncertain ? "?" : "");
  }

 private:
  Responder& find(const etr::IpAddress& address) {
    const auto found = std::find_if(responders.begin(), responders.end(),
                                    [&](const Responder& one) { return one.address == address; });
    if (found != responders.end()) return *found;
    responders.push_back({address, 0, {}, {}, nullptr});
    return responders.back();
  }
};

std::map<std::uint8_t, PooledHop> pool(const std::vector<const etr::FlowSnapshot*>& flows) {
  std::map<std::uint8_t, PooledHop> hops;
  for (const etr::FlowSnapshot* flow : flows) {
    for (const etr::HopStats& hop : flow->hops) hops[hop.ttl].add(hop);
  }
  return hops;
}

std::string path_fate(const std::vector<const etr::FlowSnapshot*>& flows) {
  for (const etr::FlowSnapshot* flow : flows) {
    if (flow->blocked) {
      return "blocked at " + std::to_string(flow->blocked->ttl) + " by " +
             flow->blocked->by.to_string();
    }
  }
  const bool reached = std::any_of(flows.begin(), flows.end(), [](const auto* flow) {
    return flow->distance.has_value();
  });
  return reached ? "" : "not reached";
}

}  // namespace

void RunReport::add(const etr::Path& path) {
  SeenPath& seen = seen_[path.trace][path.path_id];
  seen.hash = path.path_hash;
  seen.hops = path.hops.size();
  seen.flows.insert(path.flow);
  seen.ports.insert(path.source_port);
  for (const etr::Hop& hop : path.hops) {
    if (hop.reply && hop.reply->rtt) seen.last[hop.ttl] = {hop.reply->source, *hop.reply->rtt};
  }
}

std::string RunReport::text(const etr::RunInfo& run, const etr::Snapshot& snapshot,
                            etr::Names& names, std::size_t host_width) const {
  std::string text;
  for (const etr::TraceInfo& trace : run.traces) {
    text += trace_text(trace, snapshot, names, host_width);
  }
  return text;
}

std::string RunReport::trace_text(const etr::TraceInfo& trace, const etr::Snapshot& snapshot,
                                  etr::Names& names, std::size_t host_width) const {
  std::map<std::uint32_t, SeenPath> paths;
  if (const auto found = seen_.find(trace.trace); found != seen_.end()) paths = found->second;
  std::map<std::uint32_t, Flows> flows;
  std::uint64_t rounds = 0;
  for (const auto& flow : snapshot.flows) {
    if (flow->trace != trace.trace || flow->rounds == 0) continue;
    flows[flow->path_id].push_back(flow.get());
    rounds += flow->rounds;
    SeenPath& path = paths[flow->path_id];
    path.hash = flow->path_hash;
    path.hops = flow->hops.size();
    path.flows.insert(flow->flow);
    path.ports.insert(flow->source_port);
  }
  std::string text = "\n" + etr::printable(trace.target) + " (" + trace.destination.to_string() +
                     ")  " + trace.protocol;
  if (trace.destination_port != 0) text += " port " + std::to_string(trace.destination_port);
  text += ": " + std::to_string(paths.size()) + (paths.size() == 1 ? " path" : " paths") + " in " +
          std::to_string(rounds) + (rounds == 1 ? " round" : " rounds") + " of its flows\n";
  if (paths.empty()) return text;
  text += "\n" + path_table(paths, flows);
  for (const auto& [path_id, members] : flows) {
    text += "\n" + hop_table(paths[path_id], members, names, host_width);
  }
  if (text.find("%?") != std::string::npos) {
    text += "\n%?: too few probes to tell loss from a limit on answers\n";
  }
  return text;
}

std::string RunReport::path_table(const std::map<std::uint32_t, SeenPath>& paths,
                                  const std::map<std::uint32_t, Flows>& flows) const {
  std::string text = left("Path", kHashColumns) + right("Hops", 6) + right("Loss%", 9) +
                     right("Avg", 9) + right("Best", 9) + right("Wrst", 9) + right("StDev", 9) +
                     "  Flows, source ports\n";
  for (const auto& [path_id, path] : paths) {
    text += left(path.hash.substr(0, kHashColumns), kHashColumns) +
            right(std::to_string(path.hops), 6);
    PooledHop target;
    PooledRtt rtt;
    std::string fate = "no flow any more";
    if (const auto members = flows.find(path_id); members != flows.end()) {
      fate = path_fate(members->second);
      for (const etr::FlowSnapshot* flow : members->second) {
        if (!flow->distance || flow->hops.empty()) continue;
        target.add(flow->hops.back());
        for (const etr::ResponderStats& stats : flow->hops.back().responders) rtt.add(stats);
      }
    }
    text += right(target.loss(), 9) + rtt.columns() + "  " + ranges(path.flows) + ", " +
            ranges(path.ports);
    if (!fate.empty()) text += "  (" + fate + ")";
    text += '\n';
  }
  return text;
}

std::string RunReport::hop_table(const SeenPath& path, const Flows& flows, etr::Names& names,
                                 std::size_t host_width) const {
  const std::map<std::uint8_t, PooledHop> hops = pool(flows);
  const auto name_of = [&](const PooledHop::Responder& responder) {
    return host(responder.address, names.name(responder.address), host_width);
  };
  std::size_t width = 4;
  for (const auto& [ttl, hop] : hops) {
    for (const PooledHop::Responder& responder : hop.responders) {
      width = std::max(width, etr::columns(name_of(responder)));
    }
  }
  std::set<std::uint32_t> indices;
  for (const etr::FlowSnapshot* flow : flows) indices.insert(flow->flow);

  std::string text = "Path " + path.hash.substr(0, kHashColumns) + ", " +
                     (indices.size() == 1 ? "flow " : "flows ") + ranges(indices) + "\n" +
                     right("TTL", 4) + "  " + left("Host", width) + right("Loss%", 9) +
                     right("Snt", 7) + right("Last", 9) + right("Avg", 9) + right("Best", 9) +
                     right("Wrst", 9) + right("StDev", 9) + "\n";
  for (const auto& [ttl, hop] : hops) {
    const std::string place = right(std::to_string(ttl), 4) + "  ";
    const std::string shares = right(hop.loss(), 9) + right(std::to_string(hop.sent), 7);
    if (hop.responders.empty()) {
      text += place + left("???", width) + shares + right("-", 9) + PooledRtt{}.columns() + "\n";
      continue;
    }
    bool first = true;
    for (const PooledHop::Responder& responder : hop.responders) {
      const auto last = path.last.find(ttl);
      const bool known = last != path.last.end() && last->second.first == responder.address;
      text += (first ? place : std::string(6, ' ')) + left(name_of(responder), width) +
              (first ? shares : right("", 9) + right("+" + std::to_string(responder.received), 7)) +
              right(milliseconds(known ? last->second.second : responder.last), 9) +
              responder.rtt.columns();
      if (responder.latest->kind != etr::ReplyKind::kTimeExceeded) {
        text += "  " + reply_text(responder.latest->kind, responder.latest->icmp_type,
                                  responder.latest->icmp_code);
      }
      text += mpls_text(responder.latest->mpls) + "\n";
      first = false;
    }
  }
  return text;
}

}  // namespace plain
