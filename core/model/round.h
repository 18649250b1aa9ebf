// A round: what happened at each TTL of one sweep of a flow, from the first probe to the record.
// The planner reads it to decide what to send, the matcher to see which probes may have reached the
// destination, the recorder to make the record.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "etr/path.h"
#include "model/path_identity.h"

namespace etr::model {

/// The state of one TTL in a round.
enum class StepState : std::uint8_t {
  kUnsent,   ///< No probe yet, or it was withdrawn and must be sent again.
  kWaiting,  ///< A probe is in flight and none was answered.
  kRouter,   ///< Answered with a time exceeded: the path goes on.
  kEnd,      ///< Answered otherwise: by the destination, or by a host that blocks the path.
  kMissed,   ///< Every probe was lost or could not be sent.
};

/// Not thread-safe; belongs to the probing thread. TTLs begin at 1.
class Round {
 public:
  explicit Round(std::uint64_t number) : number_(number) {}

  std::uint64_t number() const { return number_; }

  // Events of probes of this round.

  /// A probe was sent.
  void sent(std::uint8_t ttl, const base::Moment& at);
  /// A probe was answered. True if this is the first reply at the TTL: the record keeps that one;
  /// later replies only confirm the responder, see Observation::Confirmation.
  bool answered(std::uint8_t ttl, Timestamp sent_at, const Reply& reply);
  /// A probe was lost or could not be sent. True if this is the verdict of the TTL: it has no reply
  /// and no other probe in flight. `counts`: a loss counts as one.
  bool missed(std::uint8_t ttl, Timestamp sent_at, Verdict verdict, bool counts = true);
  /// A probe counts as never sent: its reply would show nothing, or could not be attributed.
  void withdraw(std::uint8_t ttl);
  /// Every unanswered TTL from `ttl` on must be sent again.
  void repeat_from(std::uint8_t ttl);
  /// The destination answered at this TTL, or another host blocks the path there.
  void reached(std::uint8_t ttl);
  void blocked(const Blocked& blocked);
  /// The path is known to end at this TTL, though no reply at this TTL shows it: what
  /// was probed there counts as never sent. A host that blocks the path does so at this TTL.
  void cut_at(std::uint8_t end);
  /// The planner wants no more probes in this round.
  void end_sweep() { sweep_ended_ = true; }

  // State.

  StepState state(std::uint8_t ttl) const;
  /// Probes sent at this TTL, without withdrawn ones.
  std::uint8_t asked(std::uint8_t ttl) const;
  /// A probe sent earlier was answered at this TTL, so this one only tests which router is there: a
  /// hop counts one reply per round, and to count losses of further probes alone would be biased.
  bool confirms(std::uint8_t ttl, Timestamp sent_at) const;
  /// When the latest probe of the TTL was sent.
  base::Instant sent_at(std::uint8_t ttl) const;
  /// The lowest TTL still to be sent; 256: none.
  unsigned first_unsent() const { return first_unsent_; }
  /// A TTL up to `last` is kWaiting.
  bool waits_up_to(std::uint8_t last) const;
  /// The highest TTL at which a router answered; 0: none.
  std::uint8_t highest_router() const;
  /// The lowest TTL at which the destination answered or the path was blocked.
  std::optional<std::uint8_t> end() const;
  /// The first reply at a TTL; null: none.
  const Reply* reply(std::uint8_t ttl) const;
  bool sweep_ended() const { return sweep_ended_; }
  /// Every probe sent so far has its verdict.
  bool all_decided() const { return in_flight_ == 0; }

  /// The hops up to the end, for PathIdentity.
  Observation observation() const;
  /// Moves the hops up to TTL `last` and the findings of the round into the record. A hop with a
  /// probe still in flight is cut, and the record is incomplete.
  void fill(Path& path, std::uint8_t last);

 private:
  struct Step {
    Hop hop;
    base::Instant sent{};
    std::uint8_t asked = 0;  ///< Probes sent, without withdrawn ones.
    std::uint8_t in_flight = 0;
    bool unsent = true;
    /// The last reply after the first.
    std::optional<Observation::Confirmation> confirmed;
  };
  Step& step(std::uint8_t ttl);
  const Step* find(std::uint8_t ttl) const;
  void pass_sent();

  std::uint64_t number_;
  std::optional<Timestamp> started_;
  std::vector<Step> steps_;  ///< By TTL - 1.
  unsigned first_unsent_ = 1;
  bool sweep_ended_ = false;
  std::uint32_t in_flight_ = 0;
  std::optional<std::uint8_t> reached_at_;
  std::optional<Blocked> blocked_;
  std::optional<std::uint8_t> cut_at_;
};

}  // namespace etr::model
