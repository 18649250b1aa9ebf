#include "model/hop_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace etr::model {

namespace {

/// A hop with more responders balances per packet, or the addresses are forged.
constexpr std::size_t kMaxResponders = 64;
/// Only the latest former responders are of use to a reader.
constexpr std::size_t kMaxFormer = 4;

using Responders = std::vector<ResponderStatistics>;

Responders::iterator find(Responders& responders, const IpAddress& address) {
  return std::find_if(responders.begin(), responders.end(),
                      [&](const auto& responder) { return responder.address() == address; });
}

std::vector<ResponderStats> summaries(const Responders& responders) {
  std::vector<ResponderStats> stats;
  stats.reserve(responders.size());
  for (const ResponderStatistics& responder : responders) stats.push_back(responder.summarize());
  return stats;
}

Duration to_duration(double ns) { return Duration(std::llround(ns)); }

}  // namespace

void ResponderStatistics::add(const Reply& reply) {
  ++received_;
  if (reply.rtt) add_rtt(*reply.rtt);
  last_reply_ = reply;
  // A SYN that meets the half-open connection of an earlier one may draw a RST or an ACK.
  open_ = open_ || reply.kind == ReplyKind::kSynAck;
  if (open_ && !is_icmp(reply.kind)) last_reply_.kind = ReplyKind::kSynAck;
}

void ResponderStatistics::add_rtt(Duration rtt) {
  // Jitter compares consecutive replies, also across a loss.
  if (in_sequence_) add_difference(std::chrono::abs(rtt - last_));
  in_sequence_ = true;
  ++samples_;
  best_ = samples_ == 1 ? rtt : std::min(best_, rtt);
  worst_ = samples_ == 1 ? rtt : std::max(worst_, rtt);
  last_ = rtt;
  const double value = static_cast<double>(rtt.count());
  const double before = value - mean_;
  mean_ += before / static_cast<double>(samples_);
  squares_ += before * (value - mean_);
  histogram_.add(rtt);
}

void ResponderStatistics::add_difference(Duration difference) {
  const double value = static_cast<double>(difference.count());
  ++differences_;
  jitter_ += (value - jitter_) / 16;
  jitter_sum_ += value;
  jitter_last_ = difference;
  jitter_worst_ = std::max(jitter_worst_, difference);
}

ResponderStats ResponderStatistics::summarize() const {
  ResponderStats stats;
  stats.address = address_;
  stats.received = received_;
  stats.last = last_;
  stats.best = best_;
  stats.worst = worst_;
  stats.mean_ns = mean_;
  if (samples_ > 1) stats.stddev_ns = std::sqrt(squares_ / static_cast<double>(samples_ - 1));
  if (differences_ > 0) {
    stats.jitter_mean = to_duration(jitter_sum_ / static_cast<double>(differences_));
  }
  stats.jitter = to_duration(jitter_);
  stats.jitter_last = jitter_last_;
  stats.jitter_worst = jitter_worst_;
  stats.p50 = std::clamp(histogram_.quantile(0.50), best_, worst_);
  stats.p95 = std::clamp(histogram_.quantile(0.95), best_, worst_);
  stats.p99 = std::clamp(histogram_.quantile(0.99), best_, worst_);
  stats.kind = last_reply_.kind;
  stats.icmp_type = last_reply_.icmp_type;
  stats.icmp_code = last_reply_.icmp_code;
  stats.reply_ttl = last_reply_.ttl;
  stats.quoted_ttl = last_reply_.quoted_ttl;
  stats.mpls = last_reply_.mpls;
  return stats;
}

void HopStatistics::add_answer(const Reply& reply) {
  ++answered;
  auto found = find(responders, reply.source);
  if (found == responders.end()) {
    if (responders.size() >= kMaxResponders) return responders[last_responder].break_sequence();
    if (const auto returned = find(former, reply.source); returned != former.end()) {
      former.erase(returned);
    }
    found = responders.emplace(responders.end(), reply.source);
  }
  const auto index = static_cast<std::size_t>(found - responders.begin());
  if (index != last_responder) found->break_sequence();
  last_responder = index;
  found->add(reply);
}

void HopStatistics::add_loss() { ++lost; }

void HopStatistics::add(const Hop& hop) {
  switch (hop.verdict) {
    case Verdict::kAnswered:
      for (int lost_before = 1; lost_before < hop.asked; ++lost_before) add_loss();
      sent += hop.asked;
      return add_answer(*hop.reply);
    case Verdict::kLost:
      for (int each = 0; each < hop.asked; ++each) add_loss();
      sent += hop.asked;
      return;
    case Verdict::kSendFailed: ++send_failed; return;
    case Verdict::kCut: return;
  }
}

void HopStatistics::begin_path() {
  HopStatistics fresh;
  fresh.former = std::move(former);
  std::move(responders.begin(), responders.end(), std::back_inserter(fresh.former));
  if (fresh.former.size() > kMaxFormer) {
    fresh.former.erase(fresh.former.begin(), fresh.former.end() - kMaxFormer);
  }
  *this = std::move(fresh);
}

HopStats HopStatistics::summarize(std::uint8_t ttl) const {
  HopStats stats;
  stats.ttl = ttl;
  stats.sent = sent;
  stats.answered = answered;
  stats.lost = lost;
  stats.send_failed = send_failed;
  stats.responders = summaries(responders);
  stats.former = summaries(former);
  return stats;
}

}  // namespace etr::model
