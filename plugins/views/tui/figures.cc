#include "figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "text.h"

namespace tui {

const etr::ResponderStats* main_responder(const etr::HopStats& hop) {
  const etr::ResponderStats* most = nullptr;
  for (const etr::ResponderStats& responder : hop.responders) {
    if (most == nullptr || responder.received > most->received) most = &responder;
  }
  return most;
}

std::optional<Figures> figures(const etr::HopStats& hop) {
  const etr::ResponderStats* main = main_responder(hop);
  if (main == nullptr || main->received == 0) return std::nullopt;
  Figures all;
  all.last = main->last;
  all.jitter = main->jitter;
  all.best = main->best;
  all.worst = main->worst;
  double sum = 0;
  for (const etr::ResponderStats& part : hop.responders) {
    if (part.received == 0) continue;
    all.received += part.received;
    all.best = std::min(all.best, part.best);
    all.worst = std::max(all.worst, part.worst);
    sum += static_cast<double>(part.received) * part.mean_ns;
  }
  all.mean_ns = sum / static_cast<double>(all.received);
  double squares = 0;
  for (const etr::ResponderStats& part : hop.responders) {
    if (part.received == 0) continue;
    const double count = static_cast<double>(part.received);
    const double offset = part.mean_ns - all.mean_ns;
    squares += (count - 1) * part.stddev_ns * part.stddev_ns + count * offset * offset;
  }
  if (all.received > 1) {
    all.stddev_ns = std::sqrt(squares / (static_cast<double>(all.received) - 1));
  }
  return all;
}

const etr::HopStats* end_hop(const etr::FlowSnapshot& flow) {
  const etr::HopStats* last = nullptr;
  for (const etr::HopStats& hop : flow.hops) {
    if (flow.distance && hop.ttl == *flow.distance) return &hop;
    if (hop.answered > 0) last = &hop;
  }
  return last;
}

std::string percent(double share) { return formatted("%.1f%%", share * 100); }

bool is_silent(const etr::HopStats& hop) {
  return hop.hop_class == etr::HopClass::kSilent ||
         (hop.answered == 0 && hop.lost > 0 && hop.hop_class != etr::HopClass::kLossy);
}

std::string loss_text(const etr::HopStats& hop) {
  if (is_silent(hop)) return "silent";
  if (hop.hop_class == etr::HopClass::kLimited) return "limited";
  const std::optional<double> loss = hop.loss();
  if (!loss) return "-";
  const bool uncertain = hop.hop_class == etr::HopClass::kUnknown && hop.lost > 0;
  return percent(*loss) + (uncertain ? "?" : "");
}

Role loss_role(double share) {
  if (share > 0.25) return Role::kLossHigh;
  return share > 0.10 ? Role::kLossMedium : Role::kLossLow;
}

Role loss_role(const etr::HopStats& hop) {
  if (is_silent(hop) || hop.hop_class == etr::HopClass::kLimited) return Role::kSilent;
  const std::optional<double> loss = hop.loss();
  if (!loss) return Role::kDim;
  if (hop.hop_class == etr::HopClass::kLossy || *loss == 0) return loss_role(*loss);
  return Role::kText;
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
