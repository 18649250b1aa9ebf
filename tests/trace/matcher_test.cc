#include "trace/matcher.h"

#include <gtest/gtest.h>

#include "support/packet_builder.h"

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using base::Instant;
using testing::address;

class MatcherTest : public ::testing::Test {
 protected:
  static constexpr std::uint16_t kSlots = 4;

  /// Sends a probe and returns its IP ID; its token is 1000 + ID, its head 2000 + ID.
  std::uint16_t send(std::uint8_t ttl, std::uint64_t round = 0) {
    if (state.known.rounds.empty()) state.known.rounds.emplace_back(round);
    state.known.rounds.back().sent(ttl, {});
    Probe* probe = state.probes.add(ttl, round);
    probe->token = 1000U + probe->id;
    probe->head = 2000U + probe->id;
    probe->sent = Instant(++sent_ * 1ms);
    return probe->id;
  }
  ProbeState& state_of(std::uint16_t id) { return state.probes.by_id(id)->state; }

  /// The quote by a router that changes nothing, of the latest probe of a TTL and slot.
  Answer quote(std::uint8_t ttl, std::uint16_t slot, std::optional<std::uint16_t> ip_id) {
    Answer answer;
    answer.decoded.probe = ProbeId{ttl, slot};
    const Probe* probe = state.probes.by_cell({ttl, slot});
    answer.quoted_head = probe == nullptr ? 0 : probe->head;
    answer.quoted_id = ip_id;
    answer.reply.source = address("10.0.0.7");
    answer.reply.kind = ReplyKind::kTimeExceeded;
    return answer;
  }
  static Answer unattributable() {
    Answer answer;
    answer.from_service = true;
    answer.reply.source = address("198.51.100.20");
    answer.reply.kind = ReplyKind::kData;
    return answer;
  }

  /// The IP ID of the matched probe; 0: none.
  std::uint16_t matched(const Answer& answer) {
    result = matcher.match(state, answer);
    const auto* match = std::get_if<Match>(&result);
    return match == nullptr ? std::uint16_t{0} : match->probe->id;
  }
  std::optional<Rejection> rejected(const Answer& answer) {
    result = matcher.match(state, answer);
    const auto* reason = std::get_if<Rejection>(&result);
    return reason == nullptr ? std::nullopt : std::optional(*reason);
  }
  bool rewritten() const { return std::get<Match>(result).rewritten; }

  model::PathRegistry registry;
  model::SharedEnds ends;
  FlowState state{testing::sample_flow(Family::kIpv4, 80), 0, kSlots, 1, 30, registry, ends};
  Matcher matcher;
  MatchResult result;
  int sent_ = 0;
};

TEST_F(MatcherTest, FindsTheProbeByTtlSlotAndId) {
  send(1);
  const auto id = send(2);
  send(3);
  EXPECT_EQ(matched(quote(2, 0, id)), id);
  EXPECT_FALSE(rewritten());
}

// Defect C3 of the Go etr, docs/compatibility.md: probe numbers wrapped after 20 rounds, and an old
// reply was credited to a new probe.
TEST_F(MatcherTest, MatchesAReplyToTheOlderProbeWhoseIdItQuotes) {
  const auto old = send(2, 0);
  state_of(old) = ProbeState::kLost;
  for (std::uint64_t round = 1; round < kSlots; ++round) send(2, round);
  const auto young = send(2, kSlots);
  EXPECT_EQ(matched(quote(2, 0, old)), old);
  EXPECT_EQ(matched(quote(2, 0, young)), young);
}

TEST_F(MatcherTest, AcceptsAnUnknownIdFromARouterThatNeverEchoedOne) {
  const auto id = send(2);
  EXPECT_EQ(matched(quote(2, 0, 60000)), id);
  EXPECT_TRUE(rewritten());
  EXPECT_EQ(matched(quote(2, 0, 0)), id);
  EXPECT_TRUE(rewritten());
}

TEST_F(MatcherTest, RejectsAnUnknownIdFromARouterThatEchoesIds) {
  const auto first = send(2, 0);
  ASSERT_EQ(matched(quote(2, 0, first)), first);
  send(2, 1);
  EXPECT_EQ(rejected(quote(2, 1, 60000)), Rejection::kWrongId);
  EXPECT_EQ(rejected(quote(2, 1, first)), Rejection::kWrongId);  // The ID of another probe.
  Answer other = quote(2, 1, 60000);
  other.reply.source = address("10.0.0.8");
  EXPECT_NE(matched(other), 0);
}

TEST_F(MatcherTest, NeedsNoIdOverIpv6) {
  const auto id = send(2);
  EXPECT_EQ(matched(quote(2, 0, std::nullopt)), id);
  EXPECT_FALSE(rewritten());
}

TEST_F(MatcherTest, RejectsAReplyToAProbeThatWasNeverSent) {
  send(2);
  EXPECT_EQ(rejected(quote(2, 1, std::nullopt)), Rejection::kNeverSent);
  EXPECT_EQ(rejected(quote(3, 0, std::nullopt)), Rejection::kNeverSent);
  EXPECT_EQ(rejected(quote(255, 65535, 1)), Rejection::kNeverSent);
}

TEST_F(MatcherTest, RejectsAWrongToken) {
  const auto id = send(2);
  Answer answer = quote(2, 0, id);
  answer.decoded.token = 1;
  EXPECT_EQ(rejected(answer), Rejection::kWrongToken);
  answer.decoded.token = 1000U + id;
  EXPECT_EQ(matched(answer), id);
}

TEST_F(MatcherTest, DoesNotLearnFromAForgedTokenThatARouterEchoesIds) {
  const auto id = send(2);
  Answer forged = quote(2, 0, id);
  forged.decoded.token = 1;
  rejected(forged);
  EXPECT_EQ(matched(quote(2, 0, 60000)), id);
}

TEST_F(MatcherTest, AcceptsAForeignSourceOnlyWithTheIdOrTheToken) {
  const auto id = send(2);
  Answer answer = quote(2, 0, 60000);
  answer.foreign_source = true;
  EXPECT_EQ(rejected(answer), Rejection::kWrongQuote);
  answer.decoded.token = 1000U + id;
  EXPECT_EQ(matched(answer), id);
  EXPECT_TRUE(rewritten());
  answer = quote(2, 0, id);
  answer.foreign_source = true;
  EXPECT_EQ(matched(answer), id);
  EXPECT_TRUE(rewritten());
}

TEST_F(MatcherTest, RejectsAShortQuoteThatIsNotAsSent) {
  const auto id = send(2);
  for (const std::optional<std::uint16_t> ip_id : {std::optional<std::uint16_t>(60000), {}}) {
    Answer answer = quote(2, 0, ip_id);
    *answer.quoted_head ^= 1U;
    EXPECT_EQ(rejected(answer), Rejection::kWrongQuote);
    *answer.quoted_head ^= 1U;
    EXPECT_EQ(matched(answer), id);
  }
}

TEST_F(MatcherTest, AcceptsAChangedQuoteWithTheIdOrTheToken) {
  const auto id = send(2);
  Answer answer = quote(2, 0, id);
  *answer.quoted_head ^= 1U;
  EXPECT_EQ(matched(answer), id);
  EXPECT_TRUE(rewritten());
  answer.quoted_id.reset();
  answer.decoded.token = 1000U + id;
  EXPECT_EQ(matched(answer), id);
  EXPECT_TRUE(rewritten());
}

TEST_F(MatcherTest, NeedsNoQuoteInAReplyOfTheDestination) {
  const auto id = send(2);
  Answer answer = quote(2, 0, std::nullopt);
  answer.quoted_head.reset();
  EXPECT_EQ(matched(answer), id);
  EXPECT_FALSE(rewritten());
}

TEST_F(MatcherTest, FindsAProbeThatIsNoLongerInFlight) {
  const auto id = send(2);
  for (const ProbeState verdict : {ProbeState::kAnswered, ProbeState::kLost, ProbeState::kVoid}) {
    state_of(id) = verdict;
    EXPECT_EQ(matched(quote(2, 0, id)), id);
  }
}

TEST_F(MatcherTest, MatchesAnUnattributableReplyToTheOnlyCandidate) {
  const auto first = send(1);
  state.known.rounds.back().answered(1, Timestamp{}, quote(1, 0, first).reply);
  state_of(first) = ProbeState::kAnswered;
  const auto id = send(2);
  EXPECT_EQ(matched(unattributable()), id);
}

TEST_F(MatcherTest, IsAmbiguousIfSeveralProbesMayHaveCausedTheReply) {
  send(1);
  send(2);
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Ambiguous>(result));
}

TEST_F(MatcherTest, DoesNotCountProbesAtRoutersThatAnswered) {
  send(1);
  const auto middle = send(2);
  const auto last = send(3);
  // TTL 2 answered as a router, so TTL 1, still in flight, cannot have reached the destination.
  state.known.rounds.back().answered(2, Timestamp{}, quote(2, 0, middle).reply);
  state_of(middle) = ProbeState::kAnswered;
  EXPECT_EQ(matched(unattributable()), last);
}

TEST_F(MatcherTest, MatchesAnUnattributableReplyToTheProbeAtTheEnd) {
  const auto router = send(4);
  state.known.rounds.back().answered(4, Timestamp{}, quote(4, 0, router).reply);
  state_of(router) = ProbeState::kAnswered;
  const auto end = send(5);
  state.known.end.end_answered(5);
  EXPECT_EQ(matched(unattributable()), end);
}

TEST_F(MatcherTest, HasASurplusReplyIfNoProbeIsWaiting) {
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Surplus>(result));
  const auto id = send(5);
  state.known.end.end_answered(5);
  state_of(id) = ProbeState::kAnswered;
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Surplus>(result));
}

TEST_F(MatcherTest, IsAmbiguousIfOnlyProbesBelowTheEndAreInFlight) {
  state.known.end.end_answered(6);
  send(5);
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Ambiguous>(result));
}

TEST_F(MatcherTest, TrustsAReplyToARepeatedProbeBelowTheEnd) {
  state.known.end.end_answered(6);
  const auto below = send(5);
  state.known.gate.doubt(0, 6, true);
  EXPECT_EQ(matched(unattributable()), below);
  send(4);
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Ambiguous>(result));
}

// It may acknowledge a SYN that was given up.
TEST_F(MatcherTest, MatchesNoChallengeAckBelowAKnownEnd) {
  Answer challenge = unattributable();
  challenge.reply.kind = ReplyKind::kAck;
  send(2);
  state.known.end.end_answered(5);
  state.known.end.router_answered(5);  // Known before, and searched for again.
  matched(challenge);
  EXPECT_TRUE(std::holds_alternative<Surplus>(result));
  const auto end = send(5);
  EXPECT_EQ(matched(challenge), end);
}

TEST_F(MatcherTest, DoesNotChooseBetweenTwoProbesToTheEnd) {
  state.known.end.end_answered(5);
  send(5, 0);
  send(5, 1);
  matched(unattributable());
  EXPECT_TRUE(std::holds_alternative<Surplus>(result));
}

}  // namespace
}  // namespace etr::trace
