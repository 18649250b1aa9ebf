#include "figures.h"

#include <algorithm>
#include <chrono>

#include "etr/loss_text.h"
#include "etr/path_marks.h"
#include "text.h"

namespace tui {

const etr::ResponderStats* main_responder(const etr::HopStats& hop) {
  const etr::ResponderStats* most = nullptr;
  for (const etr::ResponderStats& responder : hop.responders) {
    if (most == nullptr || responder.received > most->received) most = &responder;
  }
  return most;
}

std::optional<etr::PooledStatistics> figures(const etr::HopStats& hop) {
  etr::PooledStatistics all;
  for (const etr::ResponderStats& responder : hop.responders) etr::add_rtts(all, responder);
  return all.rtt_samples == 0 ? std::nullopt : std::optional(all);
}

etr::Duration jitter(const etr::HopStats& hop) {
  const etr::ResponderStats* main = main_responder(hop);
  return main == nullptr ? etr::Duration{} : main->jitter;
}

const etr::HopStats* end_hop(const etr::FlowSnapshot& flow) {
  const etr::HopStats* last = nullptr;
  for (const etr::HopStats& hop : flow.hops) {
    if (flow.distance && hop.ttl == *flow.distance) return &hop;
    if (hop.answered > 0) last = &hop;
  }
  return last;
}

const etr::HopStats* target_hop(const etr::FlowSnapshot& flow) {
  if (!flow.distance || flow.blocked) return nullptr;
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == *flow.distance) return &hop;
  }
  return nullptr;
}

std::string_view no_arrival(const etr::FlowSnapshot& flow) {
  if (flow.blocked) return "blocked";
  if (flow.rounds == 0 || flow.reached || flow.distance) return "";
  return etr::find_loop(flow) ? "loop" : "not reached";
}

std::string percent(double share) { return formatted("%.1f%%", share * 100); }

Role loss_role(double share) {
  if (share > 0.25) return Role::kLossHigh;
  return share > 0.10 ? Role::kLossMedium : Role::kLossLow;
}

Role loss_role(const etr::PooledHop& hop) {
  const std::optional<double> loss = hop.loss();
  if (!loss) {
    const bool silent =
        hop.hop_class == etr::HopClass::kSilent || hop.hop_class == etr::HopClass::kLimited;
    return silent ? Role::kSilent : Role::kDim;
  }
  return hop.hop_class == etr::HopClass::kLossy || *loss == 0 ? loss_role(*loss) : Role::kText;
}

std::string loss_text(const etr::HopStats& hop) {
  etr::PooledHop alone;
  alone.add_verdicts(hop);
  return etr::hop_loss_text(alone);
}

Role loss_role(const etr::HopStats& hop) {
  etr::PooledHop alone;
  alone.add_verdicts(hop);
  return loss_role(alone);
}

std::string milliseconds(double nanoseconds, int columns) {
  const double value = nanoseconds / 1e6;
  for (int decimals = 2; decimals >= 0; --decimals) {
    std::string text = formatted("%.*f", decimals, value);
    if (static_cast<int>(text.size()) <= columns) return text;
  }
  return formatted("%.0fs", value / 1e3);
}

std::string milliseconds(etr::Duration duration, int columns) {
  return milliseconds(static_cast<double>(duration.count()), columns);
}

std::string elapsed_text(etr::Duration duration) {
  const long long seconds =
      std::max<long long>(0, std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  if (seconds < 60) return formatted("%llds", seconds);
  if (seconds < 3600) return formatted("%lldm%02llds", seconds / 60, seconds % 60);
  return formatted("%lldh%02lldm%02llds", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string interval_text(etr::Duration duration) {
  const double milli = static_cast<double>(duration.count()) / 1e6;
  return milli < 1000 ? formatted("%gms", milli) : formatted("%gs", milli / 1000);
}

std::string date_text(etr::Timestamp at) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return formatted("%04d-%02u-%02u ", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())) +
         clock_text(at).substr(0, 8) + " UTC";
}

std::string clock_text(etr::Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const auto milli = std::chrono::duration_cast<std::chrono::milliseconds>(at - day).count();
  return formatted("%02d:%02d:%02d.%03d", static_cast<int>(milli / 3600000),
                   static_cast<int>(milli / 60000 % 60), static_cast<int>(milli / 1000 % 60),
                   static_cast<int>(milli % 1000));
}

}  // namespace tui
