#include "tally.h"

#include "figures.h"

namespace tui {

void Tally::add(const etr::HopStats& hop, const std::optional<etr::IpAddress>& address) {
  add_losses(hop);
  for (const etr::ResponderStats& responder : hop.responders) {
    if (responder.address == address) add_times(responder.received, responder.mean_ns);
  }
}

void Tally::add_losses(const etr::HopStats& hop) {
  limited = limited || hop.hop_class == etr::HopClass::kLimited;
  silent = silent || is_silent(hop);
  if (hop.loss() && !is_silent(hop)) {
    lost += hop.lost;
    judged += hop.lost + hop.answered;
    lossy = lossy || hop.hop_class == etr::HopClass::kLossy;
    uncertain = uncertain || (hop.lost > 0 && hop.hop_class == etr::HopClass::kUnknown);
  }
}

void Tally::add(const Tally& other) {
  lost += other.lost;
  judged += other.judged;
  lossy = lossy || other.lossy;
  uncertain = uncertain || other.uncertain;
  limited = limited || other.limited;
  silent = silent || other.silent;
  add_times(other.received, other.mean_ns);
}

void Tally::add_times(std::uint64_t count, double mean) {
  if (count == 0) return;
  const auto before = static_cast<double>(received);
  const auto added = static_cast<double>(count);
  mean_ns = (mean_ns * before + mean * added) / (before + added);
  received += count;
}

double Tally::loss() const {
  return judged == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(judged);
}

std::string loss_text(const Tally& tally) {
  if (tally.judged > 0) return percent(tally.loss()) + (tally.uncertain ? "?" : "");
  return tally.limited ? "limited" : tally.silent ? "silent" : "";
}

Role loss_role(const Tally& tally) {
  if (tally.judged == 0) return Role::kSilent;
  return tally.lossy || tally.lost == 0 ? loss_role(tally.loss()) : Role::kText;
}

}  // namespace tui
