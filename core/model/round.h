// A round: the one table of what happened at each TTL of one flow's sweep, from the first probe to
// the record. The planner reads it to decide what to send, the matcher to see which probes may have
// reached the destination, the recorder to make the record.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "etr/path.h"
#include "model/path_identity.h"

namespace etr::model {

/// What is known of one TTL of a round.
enum class StepState : std::uint8_t {
  kUnsent,   ///< No probe yet, or its probe was withdrawn and has to be sent again.
  kWaiting,  ///< A probe is in flight and none has been answered.
  kRouter,   ///< Answered with a time exceeded: the path goes on.
  kEnd,      ///< Answered otherwise: by the destination, or by a host that blocks the path.
  kMissed,   ///< Every probe was lost or could not be sent.
};

/// Not thread-safe; belongs to the probing thread. TTLs begin at 1.
class Round {
 public:
  explicit Round(std::uint64_t number) : number_(number) {}

  std::uint64_t number() const { return number_; }

  // What happens to probes of this round.

  /// A probe leaves.
  void sent(std::uint8_t ttl, const base::Moment& at);
  /// A probe was answered. True if this is the TTL's first answer: the record keeps the first, and
  /// later ones only confirm the responder, see Observation::Confirmation.
  bool answered(std::uint8_t ttl, Timestamp sent_at, const Reply& reply);
  /// A probe was lost or could not be sent. True if the TTL has no other probe in flight and no
  /// answer, so that this is its verdict.
  bool missed(std::uint8_t ttl, Timestamp sent_at, Verdict verdict);
  /// A probe counts as never sent, since its answer would tell nothing or could not be attributed.
  void withdraw(std::uint8_t ttl);
  /// Every TTL from `ttl` on that has no answer has to be sent again.
  void repeat_from(std::uint8_t ttl);
  /// The destination answered at this TTL, or another host blocks the path there.
  void reached(std::uint8_t ttl);
  void blocked(const Blocked& blocked);
  /// The planner asks for no more probes of this round.
  void end_sweep() { sweep_ended_ = true; }

  // What is known.

  StepState state(std::uint8_t ttl) const;
  /// Probes sent at this TTL, without those that were withdrawn.
  std::uint8_t asked(std::uint8_t ttl) const;
  /// When the TTL's latest probe left.
  base::Instant sent_at(std::uint8_t ttl) const;
  /// The lowest TTL that is to be sent; 256: none.
  unsigned first_unsent() const { return first_unsent_; }
  /// True if a TTL up to `last` is kWaiting.
  bool waits_up_to(std::uint8_t last) const;
  /// The highest TTL at which a router answered; 0: none.
  std::uint8_t highest_router() const;
  /// The lowest TTL at which the destination answered or the path was blocked.
  std::optional<std::uint8_t> end() const;
  bool sweep_ended() const { return sweep_ended_; }
  bool all_decided() const { return in_flight_ == 0; }

  Observation observation() const;
  /// Moves hops up to TTL `last` and what the round has found into the record. A hop with a probe
  /// still in flight is cut, and the record incomplete.
  void fill(Path& path, std::uint8_t last);

 private:
  struct Step {
    Hop hop;
    base::Instant sent{};
    std::uint8_t asked = 0;  ///< Probes sent, without those that were withdrawn.
    std::uint8_t in_flight = 0;
    bool unsent = true;
    std::optional<IpAddress> confirmed_by;  ///< Who answered after the first answer.
  };
  Step& step(std::uint8_t ttl);
  const Step* find(std::uint8_t ttl) const;
  void pass_sent();

  std::uint64_t number_;
  std::optional<Timestamp> started_;
  std::vector<Step> steps_;  ///< Index TTL - 1.
  unsigned first_unsent_ = 1;
  bool sweep_ended_ = false;
  std::uint32_t in_flight_ = 0;
  std::optional<std::uint8_t> reached_at_;
  std::optional<Blocked> blocked_;
};

}  // namespace etr::model
