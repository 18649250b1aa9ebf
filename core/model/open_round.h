// A round in progress: what one flow's sweep has sent and heard so far.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/path.h"
#include "model/path_identity.h"

namespace etr::model {

class OpenRound {
 public:
  explicit OpenRound(std::uint64_t number) : number_(number) {}

  std::uint64_t number() const { return number_; }

  void sent(std::uint8_t ttl, Timestamp at);
  /// True if this is the hop's first answer in the round; the record keeps the first.
  bool answered(std::uint8_t ttl, Timestamp sent_at, const Reply& reply);
  /// True if the hop has no other probe left and is hereby lost, or failed.
  bool failed(std::uint8_t ttl, Timestamp sent_at, Verdict verdict);
  /// A probe that turned out not to matter; its hop leaves the record unless something else is there.
  void withdraw(std::uint8_t ttl);

  /// One more probe goes to a hop that was heard, once all else is in. Its answer changes no hop of
  /// the record, it only confirms who answered, or does not.
  void look_again(std::uint8_t ttl);
  bool looked_again() const { return second_look_.has_value(); }
  /// Who answered it; empty: nobody.
  void second_look_done(const std::optional<IpAddress>& responder);

  /// The destination answered at this TTL, or somebody blocked the way there.
  void reached(std::uint8_t ttl);
  void blocked(const Blocked& blocked);

  /// Lowest TTL at which the round's walk ended; empty if it did not.
  std::optional<std::uint8_t> end() const;
  std::uint8_t highest_router() const { return highest_router_; }
  bool all_decided() const { return outstanding_ == 0; }

  Observation observation() const;
  /// Moves hops up to `last` and the round's verdicts into a record. Undecided hops are cut.
  void fill(Path& path, std::uint8_t last);

 private:
  struct Entry {
    Hop hop;
    std::uint8_t outstanding = 0;
    bool used = false;
    bool missed = false;   ///< One of its probes was lost or failed, and none answered yet.
    bool decided = false;
  };
  Entry& entry(std::uint8_t ttl);

  std::uint64_t number_;
  std::optional<Timestamp> started_;
  std::vector<Entry> hops_;  ///< Index TTL - 1.
  std::uint32_t outstanding_ = 0;
  std::uint8_t highest_router_ = 0;
  std::optional<std::uint8_t> reached_at_;
  std::optional<Blocked> blocked_;
  std::optional<std::uint8_t> second_look_;  ///< TTL.
  std::optional<IpAddress> second_responder_;
};

}  // namespace etr::model
