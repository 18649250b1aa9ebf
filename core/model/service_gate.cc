#include "model/service_gate.h"

namespace etr::model {

namespace {

/// Copies of a packet made by the network arrive within this time; later ones were sent again by
/// the service.
constexpr Duration kNetworkDuplicate = std::chrono::milliseconds(100);

}  // namespace

void ServiceGate::end_decided(std::uint64_t round) {
  if (end_probe_ == round) end_probe_.reset();
}

void ServiceGate::attributed(Timestamp received_at) {
  unattributable_ = true;
  attributed_at_ = received_at;
}

void ServiceGate::await_withdrawn(std::uint32_t replies, base::Instant now, Duration timeout) {
  if (now > awaited_until_) awaited_ = 0;
  awaited_ += replies;
  if (awaited_ == 0) return;
  awaited_until_ = now + timeout;
  opens_at_ = awaited_until_;
}

bool ServiceGate::take_withdrawn(base::Instant now, bool& opened) {
  opened = false;
  if (awaited_ == 0 || now > awaited_until_) return false;
  opened = --awaited_ == 0 && !doubted_end_;
  if (opened) opens_at_ = now;
  return true;
}

void ServiceGate::doubt(std::uint64_t round, std::optional<std::uint8_t> last_end,
                        bool unattributable) {
  unattributable_ = unattributable_ || unattributable;
  one_at_a_time_ = true;
  if (asks_again_ != round) {
    times_asked_ = 0;
    doubted_end_ = last_end;
  }
  asks_again_ = round;
  ++times_asked_;
}

bool ServiceGate::trusts(std::uint64_t round) const {
  return asks_again_ == round && times_asked_ >= (repeats_ ? 2 : 1);
}

void ServiceGate::surplus(Timestamp received_at) {
  if (received_at - attributed_at_ > kNetworkDuplicate) repeats_ = true;
}

void ServiceGate::round_closed(const Round& round) {
  if (asks_again_ != round.number()) return;
  if (doubted_end_ && round.end() == doubted_end_) repeats_ = true;
  doubted_end_.reset();
}

}  // namespace etr::model
