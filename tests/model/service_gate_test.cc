#include "model/service_gate.h"

#include <gtest/gtest.h>

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using base::Instant;

constexpr Instant kNow{1h};
constexpr Timestamp kReceived{1000s};

TEST(ServiceGate, IsWideAndOpenAtFirst) {
  const ServiceGate gate;
  EXPECT_FALSE(gate.narrow());
  EXPECT_FALSE(gate.end_occupied());
  EXPECT_LE(gate.opens_at(), kNow);
}

TEST(ServiceGate, IsNarrowOnceRepliesCannotBeAttributed) {
  ServiceGate gate;
  gate.attributed(kReceived);
  EXPECT_TRUE(gate.narrow());
  gate.sent_to_end(3);
  EXPECT_TRUE(gate.end_occupied());
  gate.end_decided(2);
  EXPECT_TRUE(gate.end_occupied());
  gate.end_decided(3);
  EXPECT_FALSE(gate.end_occupied());
}

TEST(ServiceGate, IsClosedUntilRepliesToWithdrawnProbesAreIn) {
  ServiceGate gate;
  gate.await_withdrawn(2, kNow, 1s);
  EXPECT_EQ(gate.opens_at(), kNow + 1s);
  bool opened = true;
  EXPECT_TRUE(gate.take_withdrawn(kNow + 10ms, opened));
  EXPECT_FALSE(opened);
  EXPECT_TRUE(gate.take_withdrawn(kNow + 20ms, opened));
  EXPECT_TRUE(opened);
  EXPECT_EQ(gate.opens_at(), kNow + 20ms);
  EXPECT_FALSE(gate.take_withdrawn(kNow + 30ms, opened));
}

TEST(ServiceGate, StaysClosedWhileTheEndOfThePathIsInDoubt) {
  ServiceGate gate;
  gate.doubt(4, 6, true);
  gate.await_withdrawn(1, kNow, 1s);
  bool opened = true;
  EXPECT_TRUE(gate.take_withdrawn(kNow + 10ms, opened));
  EXPECT_FALSE(opened);
  EXPECT_EQ(gate.opens_at(), kNow + 1s);
}

TEST(ServiceGate, TrustsOnlyTheRoundThatProbesAgain) {
  ServiceGate gate;
  EXPECT_FALSE(gate.trusts(4));
  gate.doubt(4, 6, true);
  EXPECT_TRUE(gate.trusts(4));
  EXPECT_FALSE(gate.trusts(5));
}

TEST(ServiceGate, NeedsTwoRepeatsIfTheServiceRepeatsReplies) {
  ServiceGate gate;
  gate.attributed(kReceived);
  gate.surplus(kReceived + 50ms);  // A copy made by the network.
  EXPECT_FALSE(gate.repeats());
  gate.surplus(kReceived + 1s);
  EXPECT_TRUE(gate.repeats());
  gate.doubt(4, 6, true);
  EXPECT_FALSE(gate.trusts(4));
  gate.doubt(4, 6, true);
  EXPECT_TRUE(gate.trusts(4));
}

TEST(ServiceGate, DetectsRepetitionIfTheEndIsUnchanged) {
  ServiceGate gate;
  gate.doubt(4, 6, true);
  Round shorter(4);
  shorter.reached(5);
  gate.round_closed(shorter);
  EXPECT_FALSE(gate.repeats());
  gate.doubt(7, 6, true);
  Round same(7);
  same.reached(6);
  gate.round_closed(same);
  EXPECT_TRUE(gate.repeats());
}

}  // namespace
}  // namespace etr::model
