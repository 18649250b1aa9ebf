#include "etr/path_marks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/address.h"

namespace etr {
namespace {

using test::address;

/// A path that is not reached, from one letter per TTL: '*' is silent, others are routers.
Path path_of(const std::string& hops) {
  Path path;
  path.destination = address("203.0.113.9");
  for (const char hop : hops) {
    Hop& added = path.hops.emplace_back();
    added.ttl = static_cast<std::uint8_t>(path.hops.size());
    if (hop == '*') continue;
    added.verdict = Verdict::kAnswered;
    Reply& reply = added.reply.emplace();
    reply.kind = ReplyKind::kTimeExceeded;
    reply.source = address("10.0.0." + std::to_string(hop - 'A' + 1));
  }
  return path;
}

FlowSnapshot flow_of(const std::string& hops) {
  FlowSnapshot flow;
  for (const Hop& hop : path_of(hops).hops) {
    HopStats& added = flow.hops.emplace_back();
    added.ttl = hop.ttl;
    if (hop.reply) added.address = hop.reply->source;
  }
  return flow;
}

std::string loop_in(const std::string& hops) {
  const auto loop = find_loop(path_of(hops));
  const auto of_flow = find_loop(flow_of(hops));
  EXPECT_EQ(loop.has_value(), of_flow.has_value()) << hops;
  if (!loop) return "none";
  EXPECT_EQ(loop_text(*loop), loop_text(*of_flow));
  return loop_line(*loop, [](const IpAddress& router) { return router.to_string(); });
}

TEST(PathMarks, ALoopIsOfRoutersThatAnswerInTurn) {
  EXPECT_EQ(loop_in("ABCBCBC"), "loop TTL 2-7: 10.0.0.2, 10.0.0.3");
  EXPECT_EQ(loop_in("ABABA"), "loop TTL 1-5: 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(loop_in("XABCABCA"), "loop TTL 2-8: 10.0.0.1, 10.0.0.2, 10.0.0.3");
}

TEST(PathMarks, SilentHopsDoNotHideALoop) {
  EXPECT_EQ(loop_in("AB*BCB*BC***"), "loop TTL 2-9: 10.0.0.2, 10.0.0.3");
  EXPECT_EQ(loop_in("A*BC*BC*B"), "loop TTL 3-9: 10.0.0.2, 10.0.0.3");
}

TEST(PathMarks, APathThatGoesOnHasNoLoop) {
  for (const char* path : {"", "*", "ABCDEF", "ABAB", "ABCBCBCD", "AB*AB"}) {
    EXPECT_EQ(loop_in(path), "none") << path;
  }
}

TEST(PathMarks, OneRouterThatAnswersAtManyTtlsIsNoLoop) {
  for (const char* path : {"ABBBBBBB", "AB*B*B*B*B", "B**B**B**B"}) {
    EXPECT_EQ(loop_in(path), "none") << path;
  }
}

TEST(PathMarks, APathThatEndsHasNoLoop) {
  Path path = path_of("ABCBCBC");
  path.reached = true;
  EXPECT_FALSE(find_loop(path));
  path = path_of("ABCBCBC");
  path.blocked = Blocked{};
  EXPECT_FALSE(find_loop(path));
  FlowSnapshot flow = flow_of("ABCBCBC");
  flow.distance = 7;
  EXPECT_FALSE(find_loop(flow));
}

TEST(PathMarks, ALongLoopIsFound) {
  std::string path = "A";
  while (path.size() < 254) path += "BC";
  EXPECT_EQ(loop_in(path), "loop TTL 2-255: 10.0.0.2, 10.0.0.3");
}

TEST(PathMarks, ATargetMayActAsARouter) {
  Path path = path_of("ABC");
  EXPECT_FALSE(expired_at_target(path));
  path.hops[1].reply->source = path.destination;
  EXPECT_EQ(expired_at_target(path), 2);
  path.hops[1].reply->kind = ReplyKind::kUnreachable;
  EXPECT_FALSE(expired_at_target(path));

  FlowSnapshot flow = flow_of("AB");
  ResponderStats& target = flow.hops[1].responders.emplace_back();
  target.address = path.destination;
  target.kind = ReplyKind::kTimeExceeded;
  EXPECT_EQ(expired_at_target(flow, path.destination), 2);
  EXPECT_FALSE(expired_at_target(flow, address("203.0.113.10")));
  EXPECT_EQ(expired_target_text(2), "target answers with time exceeded (TTL 2)");
}

}  // namespace
}  // namespace etr
