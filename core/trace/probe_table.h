// The probe table of one flow: finds a probe by the fields of its headers in constant time. Probes
// are remembered after their verdict, so that late and duplicate replies are recognized.
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

/// kVoid: withdrawn, or cut by the end of the run or of its flow.
enum class ProbeState : std::uint8_t { kInFlight, kAnswered, kLost, kSendFailed, kVoid };

/// One packet that was sent.
struct Probe {
  std::uint16_t id = 0;  ///< Counter of the flow, never 0; the IPv4 ID.
  std::uint8_t ttl = 0;
  std::uint16_t slot = 0;
  std::uint64_t round = 0;
  std::uint64_t token = 0;
  std::uint64_t head = 0;  ///< First 8 octets of the segment, see segment_head().
  ProbeState state = ProbeState::kInFlight;
  base::Instant sent{};            ///< Monotonic clock, just before sending.
  Timestamp sent_utc{};            ///< The same time in UTC.
  std::optional<Timestamp> stamp;  ///< Kernel timestamp of our own frame.
  bool stamp_from_route = false;   ///< Stamped on the interface of the flow: final.
  std::uint32_t answered_on = 0;   ///< Interface on which the reply was received.
  Timestamp answered_at{};
  /// A challenge ACK arrived that may be the reply to this probe: its silence is not loss.
  bool challenged = false;
  bool recorded = true;            ///< Belongs to the record of its round.
  std::uint8_t extra_replies = 0;  ///< Reported late and duplicate replies.

  /// When the probe left, by the kernel timestamp if there is one.
  Timestamp sent_at() const { return stamp.value_or(sent_utc); }
  /// Counts a late or duplicate reply; false if enough of them have been reported.
  bool may_report_more() {
    constexpr std::uint8_t kMostReported = 8;
    if (extra_replies == kMostReported) return false;
    ++extra_replies;
    return true;
  }
};

/// Not thread-safe; belongs to the probing thread.
class ProbeTable {
 public:
  /// Ids count up from `first_id`. Over IPv4 the ID proves that a quote is genuine, so the first
  /// one should be hard to guess.
  explicit ProbeTable(std::uint16_t slots, std::uint16_t first_id = 1)
      : slots_(slots), next_id_(first_id) {}

  /// Adds a probe in the next unused slot from `round mod slots` on, or in the one used longest
  /// ago. Null if every slot of the TTL is in flight. Pointers stay valid until the next add() or
  /// forget().
  Probe* add(std::uint8_t ttl, std::uint64_t round);

  /// The last probe in this slot, whatever its state; null if forgotten.
  Probe* by_cell(ProbeId id);
  /// The probe with this id; null if never used, or forgotten.
  Probe* by_id(std::uint16_t id);

  /// The latest probe of this TTL or a higher one, whatever its state; null if forgotten.
  Probe* last_from(std::uint8_t ttl);

  /// Forgets probes sent before `before`, up to the first one in flight.
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
  std::optional<std::uint16_t> slot_for(std::uint8_t ttl, std::uint64_t round);
  void forget_oldest();

  std::uint16_t slots_;
  std::uint16_t next_id_;
  std::deque<Probe> probes_;  ///< By ascending id, without gaps.
  /// Number of oldest probes known to have a verdict; verdicts are final.
  std::size_t decided_ = 0;
  std::vector<std::vector<std::uint16_t>> cells_;  ///< [ttl][slot] → id; 0: none.
};

}  // namespace etr::trace
