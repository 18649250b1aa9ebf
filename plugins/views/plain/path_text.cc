#include "path_text.h"

#include <algorithm>
#include <optional>
#include <set>

#include "etr/text.h"
#include "layout.h"

namespace plain {
namespace {

/// Enough to tell paths apart; the records have the whole digest.
constexpr std::size_t kHashColumns = 8;

std::string missing_text(const etr::Hop& hop) {
  if (hop.verdict != etr::Verdict::kLost) return std::string(to_string(hop.verdict));
  if (hop.hop_class == etr::HopClass::kSilent || hop.hop_class == etr::HopClass::kLimited) {
    return std::string(to_string(hop.hop_class));
  }
  return "no answer";
}

std::string hop_line(const etr::Hop& hop, std::size_t host_width) {
  std::string line = right(std::to_string(hop.ttl), 4) + "  ";
  if (!hop.reply) return line + left("*", host_width) + "  " + right(missing_text(hop), 9);
  const etr::Reply& reply = *hop.reply;
  line += left(host(reply.source, hop.name, host_width), host_width) + "  " +
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
    const std::optional<etr::Duration> rtt =
        measured ? path.hops.back().reply->rtt : std::nullopt;
    return "reached" + (rtt ? "  " + milliseconds(rtt) + " ms" : std::string());
  }
  if (path.blocked) {
    return "blocked at " + std::to_string(path.blocked->ttl) + " by " +
           path.blocked->by.to_string() + " (" +
           reply_text(etr::ReplyKind::kUnreachable, path.blocked->icmp_type,
                      path.blocked->icmp_code) +
           ")";
  }
  return "not reached";
}

/// TTLs whose silence in this round is news.
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

std::string path_text(const etr::Path& path, std::string_view target, bool every_hop,
                      std::size_t host_width) {
  std::string text = etr::printable(target) + "  flow " + std::to_string(path.flow) + "  port " +
                     std::to_string(path.source_port) + "  round " + std::to_string(path.round) +
                     "  path " + path.path_hash.substr(0, kHashColumns) + "  " +
                     std::to_string(path.hops.size()) + (path.hops.size() == 1 ? " hop" : " hops") +
                     "  " + outcome(path);
  if (const std::set<std::uint32_t> lost = lost_ttls(path); !lost.empty() && !every_hop) {
    text += "  no answer from " + ranges(lost);
  }
  if (!path.complete) text += "  cut short";
  text += '\n';
  if (!every_hop) return text;
  std::size_t width = 1;
  for (const etr::Hop& hop : path.hops) {
    if (hop.reply) {
      width = std::max(width, etr::columns(host(hop.reply->source, hop.name, host_width)));
    }
  }
  for (const etr::Hop& hop : path.hops) text += hop_line(hop, width) + '\n';
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
