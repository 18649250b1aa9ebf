// Loss in words, the same in every view and report. Of links one line each:
//
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 21 % (16-27 %), 3 of 24 flows
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 100 % (98-100 %) now, 50 % on average, 3 of 24 flows
//   loss on 10.0.1.2 > 10.0.2.2 (TTL 2): 21 % (16-27 %) when flows last crossed it, none now
//   loss somewhere on 10.0.1.2 > 10.0.2.2 > ??? (TTL 2-3): 21 % (16-27 %), 3 of 24 flows
//   loss on 10.0.1.2 > 10.0.2.2 or beside it (TTL 2, balanced per packet): 10 % (9-11 %), ...
//   loss on the way to 10.0.0.1 or on the way back: 5 % (4-7 %), all flows
//
// Links that follow each other are written as one chain; the TTL is that of a link's far end.
#pragma once

#include <algorithm>
#include <array>
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

namespace etr {

/// How an address is written.
using HostText = std::function<std::string(const IpAddress&)>;

/// A share without its unit: "21", below 10 % "2.1".
inline std::string loss_number(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), share < 0.0995 ? "%.1f" : "%.0f", share * 100);
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

/// "21 % (16-27 %)"; where the loss has changed lately "100 % (98-100 %) now, 50 % on average",
/// or "none now (0-0.4 %), 20 % on average".
inline std::string loss_rate_text(const LossyLink& loss) {
  if (!loss.now) return loss_rate_text(loss.rate, loss.interval);
  const auto& [rate, interval] = *loss.now;
  const std::string now = rate < 0.0005 ? "none now (0-" + loss_number(interval.high) + " %)"
                                        : loss_rate_text(rate, interval) + " now";
  return now + ", " + loss_number(loss.rate) + " % on average";
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

/// One line about a lossy link, without its end.
inline std::string loss_text(const PathGraph& graph, const LossyLink& loss, const HostText& host) {
  const auto name = [&](std::optional<std::uint32_t> vertex) {
    if (!vertex) return std::string("this host");
    const std::optional<IpAddress>& address = graph.vertices[*vertex].address;
    return address ? host(*address) : std::string("???");
  };
  std::string where;
  for (const std::vector<std::uint32_t>& chain : chains_of(graph, loss.edges)) {
    if (!where.empty()) where += " or ";
    where += name(graph.edges[chain.front()].from);
    for (const std::uint32_t link : chain) where += " > " + name(graph.edges[link].to);
    const int first = graph.vertices[graph.edges[chain.front()].to].ttl;
    const int last = graph.vertices[graph.edges[chain.back()].to].ttl;
    // A probe that was lost there may have been on the way to another of its routers.
    const bool balanced = std::any_of(chain.begin(), chain.end(), [&](std::uint32_t link) {
      const auto from = graph.edges[link].from;
      return graph.vertices[graph.edges[link].to].per_packet ||
             (from && graph.vertices[*from].per_packet);
    });
    if (balanced) where += " or beside it";
    where += " (TTL " + std::to_string(first);
    if (last != first) where += "-" + std::to_string(last);
    where += balanced ? ", balanced per packet)" : ")";
  }
  const std::string line = (loss.edges.size() > 1 ? "loss somewhere on " : "loss on ") + where +
                           ": " + loss_rate_text(loss);
  if (loss.flows == 0) return line + " when flows last crossed it, none now";
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
         " or on the way back: " + loss_rate_text(*graph.shared_loss) + ", all flows";
}

/// All that is known of where a trace loses, one line each, without their ends.
inline std::vector<std::string> loss_lines(const PathGraph& graph, const HostText& host) {
  std::vector<std::string> lines;
  for (const LossyLink& loss : graph.lossy_links) lines.push_back(loss_text(graph, loss, host));
  if (graph.shared_loss) lines.push_back(shared_loss_text(graph, host));
  return lines;
}

}  // namespace etr
