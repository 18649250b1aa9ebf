#include "path_text.h"

#include <algorithm>
#include <optional>
#include <set>

#include "etr/path_marks.h"
#include "etr/text.h"
#include "etr/unreachable.h"
#include "layout.h"

namespace plain {
namespace {

/// Why the hop has no reply.
std::string missing_text(const etr::Hop& hop) {
  if (hop.verdict != etr::Verdict::kLost) return std::string(to_string(hop.verdict));
  if (hop.hop_class == etr::HopClass::kSilent || hop.hop_class == etr::HopClass::kLimited) {
    return std::string(to_string(hop.hop_class));
  }
  return "no answer";
}

/// REQUIRES hop.reply.
std::string hop_line(const etr::Hop& hop, std::size_t host_width) {
  const etr::Reply& reply = *hop.reply;
  std::string line = ttl_label(std::to_string(hop.ttl)) +
                     left(host(reply.source, hop.name, host_width), host_width) + "  " +
                     right(milliseconds(reply.rtt), 9) + " ms";
  if (reply.kind != etr::ReplyKind::kTimeExceeded) {
    line += "  " + reply_text(reply.kind, reply.icmp_type, reply.icmp_code);
  }
  if (reply.mtu) line += " mtu " + std::to_string(*reply.mtu);
  line += mpls_text(reply.mpls);
  if (reply.rewritten) line += "  rewritten";
  return line;
}

std::string outcome(const etr::Path& path) {
  if (path.reached) {
    const bool measured = !path.hops.empty() && path.hops.back().reply;
    const std::optional<etr::Duration> rtt = measured ? path.hops.back().reply->rtt : std::nullopt;
    return "reached" + (rtt ? "  " + milliseconds(rtt) + " ms" : std::string());
  }
  if (path.blocked) {
    return "blocked at " + std::to_string(path.blocked->ttl) + " by " +
           path.blocked->by.to_string() + " (" +
           reply_text(etr::ReplyKind::kUnreachable, path.blocked->icmp_type,
                      path.blocked->icmp_code) +
           ")";
  }
  const auto loop = etr::find_loop(path);
  return loop ? etr::loop_text(*loop) : "not reached";
}

/// TTLs lost in this round, without those of silent and limited hops.
std::set<std::uint32_t> lost_ttls(const etr::Path& path) {
  std::set<std::uint32_t> ttls;
  for (const etr::Hop& hop : path.hops) {
    if (hop.verdict == etr::Verdict::kLost && hop.hop_class != etr::HopClass::kSilent &&
        hop.hop_class != etr::HopClass::kLimited) {
      ttls.insert(hop.ttl);
    }
  }
  return ttls;
}

}  // namespace

std::string path_name(std::string_view hash) {
  const bool nothing = hash.find_first_not_of('0') == std::string_view::npos;
  return std::string(nothing ? kNoPath : hash.substr(0, kHashColumns));
}

std::string hop_count(std::size_t length, std::size_t last_answer) {
  if (length != 0) return std::to_string(length);
  return last_answer == 0 ? "-" : std::to_string(last_answer) + "+";
}

std::string target_text(const etr::TraceInfo& trace) {
  const std::string literal = trace.destination.to_string();
  return trace.target == literal ? literal : etr::printable(trace.target) + " (" + literal + ")";
}

std::string path_text(const etr::Path& path, std::string_view target, bool every_hop,
                      std::size_t host_width) {
  std::size_t width = 1;
  std::size_t last_answer = 0;
  for (const etr::Hop& hop : path.hops) {
    if (!hop.reply) continue;
    last_answer = hop.ttl;
    width = std::max(width, etr::columns(host(hop.reply->source, hop.name, host_width)));
  }
  const bool ended = path.reached || path.blocked;
  const std::string hops = hop_count(ended ? path.hops.size() : 0, last_answer);
  std::string text = etr::printable(target) + "  flow " + std::to_string(path.flow) + "  port " +
                     std::to_string(path.source_port) + "  round " + std::to_string(path.round);
  if (const std::string name = path_name(path.path_hash); name == kNoPath) {
    text += "  nobody has answered";
  } else {
    text +=
        "  path " + name + "  " + hops + (hops == "1" ? " hop" : " hops") + "  " + outcome(path);
  }
  if (const std::set<std::uint32_t> lost = lost_ttls(path); !lost.empty() && !every_hop) {
    text += "  no answer from " + ranges(lost);
  }
  if (!path.complete) text += "  cut short";
  text += '\n';
  if (!every_hop) return text;
  for (auto it = path.hops.begin(); it != path.hops.end();) {
    if (it->reply) {
      text += hop_line(*it++, width) + '\n';
      continue;
    }
    const auto first = it;
    const std::string missing = missing_text(*first);
    while (it != path.hops.end() && !it->reply && missing_text(*it) == missing) ++it;
    text += ttl_label(ttl_range(first->ttl, std::prev(it)->ttl)) + left("*", width) + "  " +
            right(missing, 9) + '\n';
  }
  return text;
}

std::string event_text(const etr::Event& event, std::string_view target) {
  std::string text = "event: " + std::string(to_string(event.kind));
  if (!target.empty()) text += "  " + etr::printable(target);
  if (event.flow) text += "  flow " + std::to_string(*event.flow);
  if (event.round) text += "  round " + std::to_string(*event.round);
  if (event.ttl) text += "  ttl " + std::to_string(*event.ttl);
  if (event.address) text += "  " + event.address->to_string();
  if (event.rtt) text += "  " + milliseconds(event.rtt) + " ms";
  if (event.count != 1) text += "  x" + std::to_string(event.count);
  if (!event.text.empty()) text += "  " + etr::printable(event.text);
  return text + '\n';
}

std::string reply_text(etr::ReplyKind kind, std::uint8_t icmp_type, std::uint8_t icmp_code) {
  std::string text(to_string(kind));
  if (is_icmp(kind) && kind != etr::ReplyKind::kTimeExceeded) {
    text += ' ' + std::to_string(icmp_type) + '/' + std::to_string(icmp_code);
    const std::string_view reason = etr::unreachable_reason(icmp_type, icmp_code);
    if (kind == etr::ReplyKind::kUnreachable && !reason.empty()) text += ' ' + std::string(reason);
  }
  return text;
}

std::string mpls_text(const std::vector<etr::MplsLabel>& stack) {
  if (stack.empty()) return {};
  std::string text = "  [MPLS";
  for (const etr::MplsLabel& entry : stack) text += ' ' + std::to_string(entry.label);
  return text + ']';
}

}  // namespace plain
