// One hop of the selected flow: the replies, RTTs and MPLS labels of each responder.
#include <algorithm>

#include "etr/unreachable.h"
#include "figures.h"
#include "panels.h"
#include "text.h"

namespace tui {
namespace {

std::string reply_text(const etr::ResponderStats& responder) {
  std::string text(to_string(responder.kind));
  if (is_icmp(responder.kind)) {
    text +=
        formatted(" (ICMP type %d code %d)", int{responder.icmp_type}, int{responder.icmp_code});
  }
  if (responder.kind == etr::ReplyKind::kUnreachable) {
    const auto reason = etr::unreachable_reason(responder.icmp_type, responder.icmp_code);
    if (!reason.empty()) text += ": " + std::string(reason);
  }
  return text;
}

std::string ttl_text(const etr::ResponderStats& responder) {
  std::string text = formatted("%d on arrival", int{responder.reply_ttl});
  if (responder.quoted_ttl)
    text += formatted(", %d in the probe it quotes", int{*responder.quoted_ttl});
  return text;
}

void add_responder(std::vector<OverlayLine>& lines, const etr::ResponderStats& responder,
                   const std::string& name, bool former) {
  const auto ms = [](etr::Duration value) { return milliseconds(value); };
  lines.push_back({});
  lines.push_back({"responder", responder.address.to_string(), Role::kAddress});
  if (former) lines.back().text += " before the path changed";
  if (!name.empty()) lines.push_back({"name", name, Role::kText});
  lines.push_back({"reply", reply_text(responder), Role::kText});
  lines.push_back({"reply's TTL", ttl_text(responder), Role::kText});
  lines.push_back({"received", std::to_string(responder.received), Role::kText});
  if (!responder.has_rtt()) return;
  lines.push_back({"RTT ms",
                   "last " + ms(responder.last) + ", best " + ms(responder.best) + ", mean " +
                       milliseconds(responder.mean_ns) + ", worst " + ms(responder.worst) +
                       ", dev. " + milliseconds(responder.stddev_ns),
                   Role::kText});
  lines.push_back(
      {"quantiles ms",
       "50 % " + ms(responder.p50) + ", 95 % " + ms(responder.p95) + ", 99 % " + ms(responder.p99),
       Role::kText});
  lines.push_back({"jitter ms",
                   "smoothed " + ms(responder.jitter) + ", last " + ms(responder.jitter_last) +
                       ", mean " + ms(responder.jitter_mean) + ", worst " +
                       ms(responder.jitter_worst),
                   Role::kText});
  for (const etr::MplsLabel& label : responder.mpls) {
    lines.push_back(
        {"MPLS",
         formatted("label %u, class %d, TTL %d%s", label.label, int{label.traffic_class},
                   int{label.ttl}, label.bottom ? ", bottom of stack" : ""),
         Role::kText});
  }
}

}  // namespace

int draw_hop(Grid& grid, const Area& area, const Scene& scene) {
  const etr::FlowSnapshot* flow = scene.flow();
  std::vector<OverlayLine> lines;
  const auto* hop = [&]() -> const etr::HopStats* {
    if (flow == nullptr) return nullptr;
    for (const etr::HopStats& each : flow->hops) {
      if (each.ttl == scene.state.ttl) return &each;
    }
    return nullptr;
  }();
  if (hop == nullptr) {
    lines.push_back({"", "nothing is known of this hop", Role::kDim});
    return draw_overlay(grid, area, formatted("TTL %d", int{scene.state.ttl}), lines, 0);
  }
  lines.push_back({"class", std::string(to_string(hop->hop_class)), loss_role(*hop)});
  lines.push_back({"probes",
                   formatted("%llu sent, %llu answered, %llu lost, %llu not sent",
                             static_cast<unsigned long long>(hop->sent),
                             static_cast<unsigned long long>(hop->answered),
                             static_cast<unsigned long long>(hop->lost),
                             static_cast<unsigned long long>(hop->send_failed)),
                   Role::kText});
  lines.push_back({"loss", loss_text(*hop), loss_role(*hop)});
  for (const etr::ResponderStats& responder : hop->responders) {
    add_responder(lines, responder, scene.names.name(responder.address), false);
  }
  for (const etr::ResponderStats& responder : hop->former) {
    add_responder(lines, responder, scene.names.name(responder.address), true);
  }
  return draw_overlay(
      grid, area,
      formatted("Flow #%u, source port %u, TTL %d", flow->flow, flow->source_port, int{hop->ttl}),
      lines, scene.state.scroll);
}

}  // namespace tui
