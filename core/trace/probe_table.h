// The in-flight table of one flow: finds a probe by its identity in the headers in constant time,
// and remembers it after its verdict, so that late and second answers are known for what they are.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "etr/ip_address.h"
#include "etr/prober.h"
#include "etr/time.h"

namespace etr::trace {

enum class ProbeState : std::uint8_t { kInFlight, kAnswered, kLost, kSendFailed, kVoid };

/// One packet we sent.
struct Probe {
  std::uint16_t id = 0;  ///< Per-flow counter, never 0; the IPv4 identification.
  std::uint8_t ttl = 0;
  std::uint16_t slot = 0;
  std::uint64_t round = 0;
  std::uint64_t token = 0;
  std::uint64_t head = 0;  ///< First 8 octets of the segment, see segment_head().
  ProbeState state = ProbeState::kInFlight;
  base::Instant sent{};            ///< User-space clock, just before the send.
  Timestamp sent_utc{};            ///< The same moment in UTC.
  std::optional<Timestamp> stamp;  ///< Kernel stamp of our own frame.
  bool stamp_from_route = false;   ///< Seen on the flow's own interface: final.
  std::uint32_t answered_on = 0;   ///< Interface index of the answer.
  Timestamp answered_at{};
  bool recorded = true;            ///< Part of its round's record.
  std::uint8_t extra_replies = 0;  ///< Late and duplicate replies reported so far.

  /// When it left, by the kernel's stamp where there is one.
  Timestamp sent_at() const { return stamp.value_or(sent_utc); }
  /// Counts a late or duplicate reply; false once enough of them have been reported.
  bool may_report_more() {
    constexpr std::uint8_t kMostReported = 8;
    if (extra_replies == kMostReported) return false;
    ++extra_replies;
    return true;
  }
};

class ProbeTable {
 public:
  /// Ids count up from `first_id`: over IPv4 they are proof, so it should not be easy to guess.
  explicit ProbeTable(std::uint16_t slots, std::uint16_t first_id = 1)
      : slots_(slots), next_id_(first_id) {}

  /// A new probe; the slot is the next free one from `round mod slots` on. Null if every slot of
  /// this TTL is still in flight. Pointers stay valid until the next add() or forget().
  Probe* add(std::uint8_t ttl, std::uint64_t round);

  /// The probe that last used this slot, whatever its state; null if forgotten.
  Probe* by_cell(ProbeId id);
  /// Null: never used, or forgotten.
  Probe* by_id(std::uint16_t id);

  /// The latest probe of this TTL or a higher one, whatever its state; null if forgotten.
  Probe* last_from(std::uint8_t ttl);

  /// Drops probes sent before `before`, but none in flight.
  void forget(base::Instant before);

  /// Calls `visit` with each probe in flight.
  template <class Visit>
  void for_each_in_flight(Visit visit) {
    while (decided_ < probes_.size() && probes_[decided_].state != ProbeState::kInFlight)
      ++decided_;
    for (std::size_t i = decided_; i < probes_.size(); ++i) {
      if (probes_[i].state == ProbeState::kInFlight) visit(probes_[i]);
    }
  }

  std::size_t size() const { return probes_.size(); }

 private:
  void forget_oldest();

  std::uint16_t slots_;
  std::uint16_t next_id_;
  std::deque<Probe> probes_;  ///< In the order of ids, no gaps.
  /// So many of the oldest have a verdict for certain. A verdict is never taken back.
  std::size_t decided_ = 0;
  std::vector<std::vector<std::uint16_t>> cells_;  ///< [ttl][slot] → id; 0: none.
};

}  // namespace etr::trace
