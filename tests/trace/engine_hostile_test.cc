// The engine under attack: a run with forged replies reports the same as a run without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Forgery;
using simulation::ForgeryKind;
using simulation::Network;
using simulation::Router;
using simulation::testing::address;
using simulation::testing::change;
using simulation::testing::line;

constexpr const char* kForger = "r2";
/// By then the first round is over, and every router has replied.
constexpr Duration kBegin = 1500ms;

struct Attack {
  std::string name;
  ForgeryKind kind = ForgeryKind::kNeverSent;
  Protocol protocol = Protocol::kTcp;
  Family family = Family::kIpv4;
  std::vector<std::string> reasons;
  Duration delay = 1ms;
  /// Octets of the segment that r2 quotes; 0: all. A quote cut there ends with the fields that
  /// identify the probe.
  std::size_t quote = 0;
  std::optional<IpAddress> from = std::nullopt;
};

EngineRunOptions wanted(const Attack& attack) {
  EngineRunOptions options = options_for(attack.protocol, attack.family);
  options.plan.rounds = 20;
  return options;
}

Network network(const Attack& attack, unsigned copies) {
  Network made = line(5);
  for (Router& router : made.routers) router.quote = attack.quote;
  if (copies == 0) return made;
  change<Router>(made, kBegin, kForger, [&](Router& router) {
    Forgery forgery;
    forgery.kind = attack.kind;
    forgery.delay = attack.delay;
    forgery.from = attack.from;
    forgery.copies = copies;
    router.forgeries = {forgery};
  });
  return made;
}

/// All results of a run as text, without absolute times.
std::string transcript(const EngineRun& run) {
  std::string text;
  for (const Path& path : run.observer.paths) {
    absl::StrAppendFormat(&text, "flow %d round %d path %d %s%s%s\n", path.flow, path.round,
                          path.path_id, path.path_hash, path.reached ? " reached" : "",
                          path.complete ? " complete" : "");
    for (const Hop& hop : path.hops) {
      absl::StrAppendFormat(&text, "  %d %s %s", hop.ttl, std::string(to_string(hop.verdict)),
                            std::string(to_string(hop.hop_class)));
      if (hop.reply) {
        absl::StrAppendFormat(&text, " %s %d ns%s", hop.reply->source.to_string(),
                              hop.reply->rtt.value_or(-1ns).count(),
                              hop.reply->rewritten ? " rewritten" : "");
      }
      text += '\n';
    }
  }
  for (const auto& flow : run.summary.snapshot->flows) {
    absl::StrAppendFormat(&text, "flow %d: rounds %d, changes %d\n", flow->flow, flow->rounds,
                          flow->path_changes);
    for (const HopStats& hop : flow->hops) {
      absl::StrAppendFormat(&text, "  %d sent %d answered %d lost %d\n", hop.ttl, hop.sent,
                            hop.answered, hop.lost);
      for (const ResponderStats& stats : hop.responders) {
        absl::StrAppendFormat(&text, "    %s %d best %d worst %d mean %.3f sd %.3f jitter %d\n",
                              stats.address.to_string(), stats.received, stats.best.count(),
                              stats.worst.count(), stats.mean_ns, stats.stddev_ns,
                              stats.jitter.count());
      }
    }
  }
  const Counters& counters = run.summary.snapshot->counters;
  absl::StrAppendFormat(&text, "sent %d answered %d late %d\n", counters.probes_sent,
                        counters.replies, counters.late);
  return text;
}

/// The first line in which `got` differs from `expected`.
std::string first_difference(const std::string& got, const std::string& expected) {
  const std::vector<std::string> a = absl::StrSplit(got, '\n');
  const std::vector<std::string> b = absl::StrSplit(expected, '\n');
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string ours = i < a.size() ? a[i] : "(end)";
    const std::string theirs = i < b.size() ? b[i] : "(end)";
    if (ours != theirs) return absl::StrFormat("line %d: '%s', not '%s'", i + 1, ours, theirs);
  }
  return "";
}

/// Runs with and without the attack. The forged replies must all be counted, for the right reasons.
void expect_no_effect(const Attack& attack, unsigned copies, std::uint64_t at_least) {
  EngineRun undisturbed(network(attack, 0), wanted(attack));
  EngineRun attacked(network(attack, copies), wanted(attack));
  undisturbed.run();
  attacked.run();
  EXPECT_EQ(first_difference(transcript(attacked), transcript(undisturbed)), "");
  const Counters& counters = attacked.summary.snapshot->counters;
  const std::uint64_t forged = attacked.transport.node(kForger).forged;
  EXPECT_GE(forged, at_least);
  // The last ones may arrive after the run.
  EXPECT_GT(counters.rejected + counters.duplicates, forged * 9 / 10);
  EXPECT_LE(counters.rejected + counters.duplicates, forged);
  std::uint64_t reported_rejections = 0;
  for (const Event& event : attacked.observer.of_kind(EventKind::kRejected)) {
    EXPECT_THAT(attack.reasons, ::testing::Contains(event.text));
    EXPECT_TRUE(event.address) << "a rejection without an address is of no use";
    EXPECT_EQ(event.flow.has_value(), event.trace.has_value());
    EXPECT_EQ(event.flow.has_value(), event.text != "matches none of our probes");
    reported_rejections += event.count;
  }
  // Replies to ports that were never ours belong to other programs: counted, but no event.
  const bool ours = attack.kind != ForgeryKind::kWrongPorts;
  EXPECT_EQ(reported_rejections, ours ? counters.rejected : 0);
  EXPECT_EQ(undisturbed.summary.snapshot->counters.rejected, 0U);
}

void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

class ForgedReplies : public ::testing::TestWithParam<Attack> {};

TEST_P(ForgedReplies, ChangeNothingAndAreCountedByReason) { expect_no_effect(GetParam(), 3, 1000); }

TEST_P(ForgedReplies, ChangeNothingAHundredThousandAtATime) {
  expect_no_effect(GetParam(), 250, 100'000);
}

std::vector<Attack> attacks() {
  std::vector<Attack> made;
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    for (const Family family : {Family::kIpv4, Family::kIpv6}) {
      const bool udp = protocol == Protocol::kUdp;
      const bool v4 = family == Family::kIpv4;
      const std::string suffix = std::string(udp ? "Udp" : "Tcp") + (v4 ? "Ipv4" : "Ipv6");
      made.push_back({"WrongPorts" + suffix, ForgeryKind::kWrongPorts, protocol, family, {}});
      // A router that has quoted IDs correctly is not accepted when it quotes those of other
      // probes.
      made.push_back(
          {"RightPortsButNeverSent" + suffix,
           ForgeryKind::kNeverSent,
           protocol,
           family,
           {"wrong ip id", "wrong token", "probe never sent", "matches none of our probes"}});
      if (v4) {
        made.push_back(
            {"UnknownId" + suffix, ForgeryKind::kUnknownId, protocol, family, {"wrong ip id"}});
      }
      // From an address that has never quoted a probe, and before the genuine reply.
      made.push_back({"GuessedByAStranger" + suffix,
                      ForgeryKind::kGuessed,
                      protocol,
                      family,
                      {udp ? "unproven quote" : "matches none of our probes"},
                      0ms,
                      0,
                      address(v4 ? "203.0.113.66" : "2001:db8:66::66")});
      made.push_back({"WrongQuoteOfAStranger" + suffix,
                      ForgeryKind::kWrongQuote,
                      protocol,
                      family,
                      {"unproven quote", "probe never sent"},
                      0ms,
                      0,
                      address(v4 ? "203.0.113.66" : "2001:db8:66::66")});
      if (udp) {
        made.push_back({"WrongToken" + suffix,
                        ForgeryKind::kWrongToken,
                        protocol,
                        family,
                        {"wrong token"},
                        1ms,
                        16,
                        std::nullopt});
      }
    }
  }
  return made;
}
INSTANTIATE_TEST_SUITE_P(All, ForgedReplies, ::testing::ValuesIn(attacks()),
                         [](const auto& suite) { return suite.param.name; });

class ReplayedReplies : public ::testing::TestWithParam<Attack> {};

TEST_P(ReplayedReplies, AreDuplicatesAndChangeNothing) {
  expect_no_effect(GetParam(), 1000, 90'000);
  EngineRun attacked(network(GetParam(), 3), wanted(GetParam()));
  attacked.run();
  EXPECT_EQ(attacked.summary.snapshot->counters.rejected, 0U);
  const std::vector<Event> events = attacked.observer.of_kind(EventKind::kDuplicateReply);
  ASSERT_FALSE(events.empty());
  for (const Event& event : events) EXPECT_EQ(event.ttl, 2);
}

// Defect C3 of the Go etr, docs/compatibility.md: probe numbers wrapped after 20 rounds, and an old
// reply was credited to a new probe.
TEST_P(ReplayedReplies, AreUnknownOnceTheirProbeIsForgotten) {
  Attack later = GetParam();
  later.delay = 25s;
  EngineRun attacked(network(later, 3), wanted(later));
  EngineRun undisturbed(network(later, 0), wanted(later));
  attacked.run();
  undisturbed.run();
  EXPECT_EQ(first_difference(transcript(attacked), transcript(undisturbed)), "");
  const Counters& counters = attacked.summary.snapshot->counters;
  EXPECT_GT(counters.rejected, 0U);
  EXPECT_EQ(counters.duplicates, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplayedReplies,
    ::testing::Values(Attack{"TcpIpv4", ForgeryKind::kReplayed, Protocol::kTcp, Family::kIpv4, {}},
                      Attack{"TcpIpv6", ForgeryKind::kReplayed, Protocol::kTcp, Family::kIpv6, {}},
                      Attack{"UdpIpv4", ForgeryKind::kReplayed, Protocol::kUdp, Family::kIpv4, {}},
                      Attack{"UdpIpv6", ForgeryKind::kReplayed, Protocol::kUdp, Family::kIpv6, {}}),
    [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace etr::testing
