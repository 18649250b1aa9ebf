// Loss in words, the same in every view and report. Of links one line each:
//
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 21 % (16-27 %), 3 of 24 flows
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 21 % (16-27 %), no flow crosses it now
//   loss on 10.0.2.2 > 10.9.9.9 (TTL 3), or a limit on replies: 78 % (72-83 %), 8 of 8 flows
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 100 % of the last 16 probes, 50 % on average, ...
//   loss somewhere on 10.0.1.2 > 10.0.2.2 > ??? (TTL 2-3): 21 % (16-27 %), 3 of 24 flows
//   loss on one of the links from 10.0.1.2 (TTL 2, balanced per packet): 10 % (9-11 %), ...
//   loss on the way to 10.0.0.1 or on the way back: 5 % (4-7 %), all flows
//   loss on the way to 10.0.0.1 or on the way back, or a limit on replies: 5 % (4-7 %), all flows
//
// and of the run: "212 replies came after the timeout of 500 ms and count as lost: ...".
//
// Links that follow each other are written as one chain; the TTL is that of a link's far end.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path_graph.h"
#include "etr/pooled.h"
#include "etr/snapshot.h"

namespace etr {

/// How an address is written.
using HostText = std::function<std::string(const IpAddress&)>;

/// A share without its unit: "21", below 10 % "2.1", near all "99.6".
inline std::string loss_number(double share) {
  std::array<char, 32> text{};
  const bool tenths = share < 0.0995 || (share >= 0.995 && share < 0.9995);
  std::snprintf(text.data(), text.size(), tenths ? "%.1f" : "%.0f", share * 100);
  const std::string_view number(text.data());
  const bool whole = number.size() > 2 && number.substr(number.size() - 2) == ".0";
  return std::string(number.substr(0, number.size() - (whole ? 2 : 0)));
}

/// Loss of a hop: "12.3%"; "12.3%?" of unanswered probes that are not judged as loss at this hop;
/// "silent", "limited", or "-" without a figure.
inline std::string hop_loss_text(const PooledHop& hop) {
  const std::optional<double> loss = hop.loss();
  if (!loss) {
    if (hop.hop_class == HopClass::kSilent) return "silent";
    return hop.hop_class == HopClass::kLimited ? "limited" : "-";
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f%%", *loss * 100);
  const std::string number = text.data();
  return hop.uncertain() && number != "0.0%" ? number + "?" : number;
}

/// "21 % (16-27 %)".
inline std::string loss_rate_text(double rate, const ConfidenceInterval& interval) {
  return loss_number(rate) + " % (" + loss_number(interval.low) + "-" + loss_number(interval.high) +
         " %)";
}

/// "21 % (16-27 %)"; where the loss has changed lately "100 % of the last 16 probes, 50 % on
/// average" or "none of the last 16 probes, ...": the last 16 of each flow and hop. The change may
/// lie among them, so their share has no interval.
inline std::string loss_rate_text(const LossyLink& loss) {
  if (!loss.now) return loss_rate_text(loss.rate, loss.interval);
  const std::string now = loss.now->rate < 0.0005 ? "none" : loss_number(loss.now->rate) + " %";
  return now + " of the last 16 probes, " + loss_number(loss.rate) + " % on average";
}

/// The chains that links form, in TTL order within each; the chain of the first link comes first.
inline std::vector<std::vector<std::uint32_t>> chains_of(const PathGraph& graph,
                                                         const std::vector<std::uint32_t>& links) {
  std::vector<std::vector<std::uint32_t>> chains;
  std::vector<std::uint32_t> left = links;
  while (!left.empty()) {
    std::vector<std::uint32_t> chain{left.front()};
    left.erase(left.begin());
    for (bool grown = true; grown;) {
      grown = false;
      for (auto next = left.begin(); next != left.end(); ++next) {
        const bool after = graph.edges[*next].from == graph.edges[chain.back()].to;
        const bool before = graph.edges[chain.front()].from == graph.edges[*next].to;
        if (!after && !before) continue;
        chain.insert(after ? chain.end() : chain.begin(), *next);
        left.erase(next);
        grown = true;
        break;
      }
    }
    chains.push_back(std::move(chain));
  }
  return chains;
}

/// "10.0.1.2 > 10.0.2.2 (TTL 2)". Beside a hop balanced per packet, a probe that was lost may have
/// been on the way to another of its routers: "one of the links from 10.0.1.2 (TTL 2, balanced per
/// packet)".
inline std::string chain_text(const PathGraph& graph, const std::vector<std::uint32_t>& chain,
                              const HostText& host) {
  const auto name = [&](std::optional<std::uint32_t> vertex) {
    if (!vertex) return std::string("this host");
    const std::optional<IpAddress>& address = graph.vertices[*vertex].address;
    return address ? host(*address) : std::string("???");
  };
  const auto balanced = [&graph](std::optional<std::uint32_t> vertex) {
    return vertex && graph.vertices[*vertex].per_packet;
  };
  const GraphEdge& first = graph.edges[chain.front()];
  const GraphEdge& last = graph.edges[chain.back()];
  bool any_balanced = balanced(first.from);
  std::string text = name(first.from);
  for (const std::uint32_t link : chain) {
    text += " > " + name(graph.edges[link].to);
    any_balanced = any_balanced || balanced(graph.edges[link].to);
  }
  if (any_balanced && chain.size() > 1) {
    text = "the links along " + text;
  } else if (any_balanced) {
    text = "one of the links " +
           (balanced(first.to) ? "from " + name(first.from) : "to " + name(first.to));
  }
  const std::string from_ttl = std::to_string(graph.vertices[first.to].ttl);
  const std::string to_ttl = std::to_string(graph.vertices[last.to].ttl);
  return text + " (TTL " + from_ttl + (chain.size() > 1 ? "-" + to_ttl : "") +
         (any_balanced ? ", balanced per packet)" : ")");
}

inline std::string limit_text(const LossyLink& loss) {
  return loss.or_withheld ? ", or a limit on replies" : "";
}

/// One line about a lossy link, without its end.
inline std::string loss_text(const PathGraph& graph, const LossyLink& loss, const HostText& host) {
  std::string where;
  for (const std::vector<std::uint32_t>& chain : chains_of(graph, loss.edges)) {
    where += (where.empty() ? "" : " or ") + chain_text(graph, chain, host);
  }
  const std::string line = (loss.edges.size() > 1 ? "loss somewhere on " : "loss on ") + where +
                           limit_text(loss) + ": " + loss_rate_text(loss);
  if (loss.flows == 0) return line + ", no flow crosses it now";
  return line + ", " + std::to_string(loss.flows) + " of " + std::to_string(graph.flows) +
         (graph.flows == 1 ? " flow" : " flows");
}

/// One line about the loss that all probes share, without its end; empty if there is none.
inline std::string shared_loss_text(const PathGraph& graph, const HostText& host) {
  if (!graph.shared_loss) return {};
  const GraphVertex* last = nullptr;  // the farthest hop with an address that all probes pass
  for (const std::uint32_t link : graph.shared_loss->edges) {
    const GraphVertex& vertex = graph.vertices[graph.edges[link].to];
    if (vertex.address && (last == nullptr || vertex.ttl > last->ttl)) last = &vertex;
  }
  return "loss on the way " + (last == nullptr ? "out" : "to " + host(*last->address)) +
         " or on the way back" + limit_text(*graph.shared_loss) + ": " +
         loss_rate_text(*graph.shared_loss) + ", all flows";
}

/// "212 replies came after the timeout of 500 ms and count as lost: raise --timeout". Empty where
/// they are below 1 % of all replies.
inline std::string late_text(const Counters& counters, Duration timeout) {
  if (100 * counters.late < counters.replies || counters.late < 2) return {};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  return std::to_string(counters.late) + " replies came after the timeout of " +
         std::to_string(ms) + " ms and count as lost: raise --timeout";
}

/// All that is known of where a trace loses, one line each, without their ends.
inline std::vector<std::string> loss_lines(const PathGraph& graph, const HostText& host) {
  std::vector<std::string> lines;
  for (const LossyLink& loss : graph.lossy_links) lines.push_back(loss_text(graph, loss, host));
  if (graph.shared_loss) lines.push_back(shared_loss_text(graph, host));
  return lines;
}

}  // namespace etr
