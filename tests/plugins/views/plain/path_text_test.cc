#include "path_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sample_records.h"

namespace plain {
namespace {

using etr::test::address;
using etr::test::sample_path;
using testing::HasSubstr;

TEST(PathText, ListsEveryHopOfARound) {
  EXPECT_EQ(
      path_text(sample_path(), "target.example", true, 48),
      "target.example  flow 2  port 50002  round 7  path 845425ea  3 hops  reached  20.00 ms\n"
      "   1  gw.example (192.0.2.2)       1.23 ms  [MPLS 16004]\n"
      "   2  *                          silent\n"
      "   3  192.0.2.9                   20.00 ms  syn-ack\n");
}

TEST(PathText, NamesLostTtlsOnTheLineOfAKnownPath) {
  etr::Path path = sample_path();
  EXPECT_THAT(path_text(path, "x", false, 48), testing::Not(HasSubstr("no answer")))
      << "a silent hop is not loss";
  path.hops[1].hop_class = etr::HopClass::kAnswering;
  EXPECT_EQ(path_text(path, "x", false, 48),
            "x  flow 2  port 50002  round 7  path 845425ea  3 hops  reached  20.00 ms  "
            "no answer from 2\n");
}

TEST(PathText, NamesTheBlockingRouterAndFailedSends) {
  etr::Path path = sample_path();
  path.reached = false;
  path.complete = false;
  path.blocked = etr::Blocked{3, address("192.0.2.7"), 3, 13};
  path.hops[1].verdict = etr::Verdict::kSendFailed;
  path.hops[2].reply->kind = etr::ReplyKind::kUnreachable;
  path.hops[2].reply->icmp_type = 3;
  path.hops[2].reply->icmp_code = 13;
  const std::string text = path_text(path, "x", true, 48);
  EXPECT_THAT(text,
              HasSubstr("blocked at 3 by 192.0.2.7 (unreachable 3/13 filtered)  cut short\n"));
  EXPECT_THAT(text, HasSubstr("send-failed\n"));
  EXPECT_THAT(text, HasSubstr("20.00 ms  unreachable 3/13 filtered\n"));
}

TEST(PathText, OmitsTheRttOfAReachedTargetIfNotMeasured) {
  etr::Path path = sample_path();
  path.hops[2].reply->rtt.reset();
  EXPECT_THAT(path_text(path, "x", false, 48), HasSubstr("3 hops  reached\n"));
}

TEST(PathText, FoldsAdjacentHopsWithoutReply) {
  etr::Path path = sample_path();
  path.reached = false;
  path.hops.resize(2);
  for (std::uint8_t ttl = 3; ttl <= 30; ++ttl) path.hops.push_back(etr::test::lost_hop(ttl));
  EXPECT_EQ(path_text(path, "x", true, 48),
            "x  flow 2  port 50002  round 7  path 845425ea  1+ hops  not reached\n"
            "   1  gw.example (192.0.2.2)       1.23 ms  [MPLS 16004]\n"
            "2-30  *                          silent\n");
}

TEST(PathText, SeparatesHopsWithoutReplyForDifferentReasons) {
  etr::Path path = sample_path();
  path.hops = {etr::test::lost_hop(1), etr::test::lost_hop(2), etr::test::lost_hop(3)};
  path.hops[1].verdict = etr::Verdict::kSendFailed;
  EXPECT_THAT(path_text(path, "x", true, 48), testing::EndsWith("\n   1  *     silent\n"
                                                                "   2  *  send-failed\n"
                                                                "   3  *     silent\n"));
}

// Defect A24 of the Go etr, docs/compatibility.md: it counted flows without data as paths.
TEST(PathText, HasNoPathNameWithoutReplies) {
  etr::Path path = sample_path();
  path.path_hash = "00000000";
  path.reached = false;
  path.hops = {etr::test::lost_hop(1), etr::test::lost_hop(2)};
  EXPECT_EQ(path_text(path, "x", false, 48),
            "x  flow 2  port 50002  round 7  nobody has answered\n");
}

TEST(TargetText, ShowsAnAddressOnce) {
  EXPECT_EQ(target_text({0, "192.0.2.9", address("192.0.2.9"), 443, "TCP"}), "192.0.2.9");
  EXPECT_EQ(target_text({0, "x.example", address("192.0.2.9"), 443, "TCP"}),
            "x.example (192.0.2.9)");
}

TEST(EventText, IsOneLineWhateverTheTextContains) {
  etr::Event event;
  event.kind = etr::EventKind::kLateReply;
  event.flow = 1;
  event.round = 4;
  event.ttl = 3;
  event.address = address("192.0.2.2");
  event.rtt = etr::Duration(1'500'000'000);
  event.count = 2;
  event.text = "odd\n\x1b]0;title";
  EXPECT_EQ(event_text(event, "x"),
            "event: late  x  flow 1  round 4  ttl 3  192.0.2.2  1500.00 ms  x2  odd??]0;title\n");
}

TEST(ReplyText, NamesTheReasonOfAnUnreachable) {
  using Kind = etr::ReplyKind;
  EXPECT_EQ(reply_text(Kind::kUnreachable, 3, 1), "unreachable 3/1 no route");
  EXPECT_EQ(reply_text(Kind::kUnreachable, 1, 1), "unreachable 1/1 filtered");
  EXPECT_EQ(reply_text(Kind::kUnreachable, 1, 4), "unreachable 1/4 port closed");
  EXPECT_EQ(reply_text(Kind::kUnreachable, 3, 200), "unreachable 3/200");
  EXPECT_EQ(reply_text(Kind::kParameterProblem, 4, 1), "parameter-problem 4/1");
  EXPECT_EQ(reply_text(Kind::kSynAck, 0, 0), "syn-ack");
}

}  // namespace
}  // namespace plain
