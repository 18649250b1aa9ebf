// What a compiled plugin relies on: the size of each public type, the offsets of its members, the
// slots of virtual functions, the numbers of enumerators. abi/ holds the recorded layout of each
// ABI version; a change needs a new version (etr/abi.h) and a new file.
//
// To record one: ETR_RECORD_ABI=1 sdk_test --gtest_filter='AbiLayout.*'
#include "abi_layout.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>

#include "etr/plugin.h"
#include "support/read_file.h"

namespace etr::test {
namespace {

void describe_snapshots(Layout& layout) {
  ETR_TYPE(ResponderStats);
  ETR_MEMBER(ResponderStats, address);
  ETR_MEMBER(ResponderStats, received);
  ETR_MEMBER(ResponderStats, last);
  ETR_MEMBER(ResponderStats, best);
  ETR_MEMBER(ResponderStats, worst);
  ETR_MEMBER(ResponderStats, mean_ns);
  ETR_MEMBER(ResponderStats, stddev_ns);
  ETR_MEMBER(ResponderStats, jitter);
  ETR_MEMBER(ResponderStats, jitter_last);
  ETR_MEMBER(ResponderStats, jitter_mean);
  ETR_MEMBER(ResponderStats, jitter_worst);
  ETR_MEMBER(ResponderStats, p50);
  ETR_MEMBER(ResponderStats, p95);
  ETR_MEMBER(ResponderStats, p99);
  ETR_MEMBER(ResponderStats, kind);
  ETR_MEMBER(ResponderStats, icmp_type);
  ETR_MEMBER(ResponderStats, icmp_code);
  ETR_MEMBER(ResponderStats, reply_ttl);
  ETR_MEMBER(ResponderStats, quoted_ttl);
  ETR_MEMBER(ResponderStats, mpls);
  ETR_TYPE(HopStats);
  ETR_MEMBER(HopStats, ttl);
  ETR_MEMBER(HopStats, sent);
  ETR_MEMBER(HopStats, answered);
  ETR_MEMBER(HopStats, lost);
  ETR_MEMBER(HopStats, send_failed);
  ETR_MEMBER(HopStats, hop_class);
  ETR_MEMBER(HopStats, responders);
  ETR_TYPE(FlowSnapshot);
  ETR_MEMBER(FlowSnapshot, trace);
  ETR_MEMBER(FlowSnapshot, flow);
  ETR_MEMBER(FlowSnapshot, source);
  ETR_MEMBER(FlowSnapshot, source_port);
  ETR_MEMBER(FlowSnapshot, path_id);
  ETR_MEMBER(FlowSnapshot, path_hash);
  ETR_MEMBER(FlowSnapshot, path_knowledge);
  ETR_MEMBER(FlowSnapshot, reached);
  ETR_MEMBER(FlowSnapshot, distance);
  ETR_MEMBER(FlowSnapshot, blocked);
  ETR_MEMBER(FlowSnapshot, rounds);
  ETR_MEMBER(FlowSnapshot, path_changes);
  ETR_MEMBER(FlowSnapshot, hops);
  ETR_TYPE(Counters);
  ETR_MEMBER(Counters, probes_sent);
  ETR_MEMBER(Counters, replies);
  ETR_MEMBER(Counters, late);
  ETR_MEMBER(Counters, duplicates);
  ETR_MEMBER(Counters, rejected);
  ETR_MEMBER(Counters, send_errors);
  ETR_MEMBER(Counters, capture_drops);
  ETR_TYPE(Snapshot);
  ETR_MEMBER(Snapshot, at);
  ETR_MEMBER(Snapshot, elapsed);
  ETR_MEMBER(Snapshot, paused);
  ETR_MEMBER(Snapshot, round_interval);
  ETR_MEMBER(Snapshot, counters);
  ETR_MEMBER(Snapshot, flows);
  ETR_MEMBER(Snapshot, graphs);
  ETR_TYPE(ConfidenceInterval);
  ETR_MEMBER(ConfidenceInterval, low);
  ETR_MEMBER(ConfidenceInterval, high);
  ETR_TYPE(PooledStatistics);
  ETR_MEMBER(PooledStatistics, answered);
  ETR_MEMBER(PooledStatistics, lost);
  ETR_MEMBER(PooledStatistics, recent_judged);
  ETR_MEMBER(PooledStatistics, recent_lost);
  ETR_MEMBER(PooledStatistics, rtt_samples);
  ETR_MEMBER(PooledStatistics, rtt_mean_ns);
  ETR_MEMBER(PooledStatistics, rtt_stddev_ns);
  ETR_MEMBER(PooledStatistics, rtt_best);
  ETR_MEMBER(PooledStatistics, rtt_worst);
  ETR_MEMBER(PooledStatistics, rtt_last);
  ETR_TYPE(GraphVertex);
  ETR_MEMBER(GraphVertex, id);
  ETR_MEMBER(GraphVertex, ttl);
  ETR_MEMBER(GraphVertex, address);
  ETR_MEMBER(GraphVertex, flows);
  ETR_MEMBER(GraphVertex, per_packet);
  ETR_MEMBER(GraphVertex, hop_class);
  ETR_MEMBER(GraphVertex, statistics);
  ETR_TYPE(GraphEdge);
  ETR_MEMBER(GraphEdge, from);
  ETR_MEMBER(GraphEdge, to);
  ETR_MEMBER(GraphEdge, flows);
  ETR_MEMBER(GraphEdge, samples);
  ETR_MEMBER(GraphEdge, share);
  ETR_MEMBER(GraphEdge, share_interval);
  ETR_MEMBER(GraphEdge, lossy_link);
  ETR_TYPE(PresentLoss);
  ETR_MEMBER(PresentLoss, rate);
  ETR_MEMBER(PresentLoss, interval);
  ETR_TYPE(LossyLink);
  ETR_MEMBER(LossyLink, edges);
  ETR_MEMBER(LossyLink, rate);
  ETR_MEMBER(LossyLink, interval);
  ETR_MEMBER(LossyLink, flows);
  ETR_MEMBER(LossyLink, recent_judged);
  ETR_MEMBER(LossyLink, recent_lost);
  ETR_MEMBER(LossyLink, since);
  ETR_MEMBER(LossyLink, now);
  ETR_TYPE(BranchPoint);
  ETR_MEMBER(BranchPoint, vertex);
  ETR_MEMBER(BranchPoint, next_hops);
  ETR_MEMBER(BranchPoint, samples);
  ETR_MEMBER(BranchPoint, confidence);
  ETR_MEMBER(BranchPoint, hidden_share);
  ETR_MEMBER(BranchPoint, state);
  ETR_TYPE(GraphFlow);
  ETR_MEMBER(GraphFlow, flow);
  ETR_MEMBER(GraphFlow, source_port);
  ETR_TYPE(GraphPath);
  ETR_MEMBER(GraphPath, id);
  ETR_MEMBER(GraphPath, hash);
  ETR_MEMBER(GraphPath, vertices);
  ETR_MEMBER(GraphPath, flows);
  ETR_MEMBER(GraphPath, has_gaps);
  ETR_MEMBER(GraphPath, end);
  ETR_MEMBER(GraphPath, reached);
  ETR_MEMBER(GraphPath, blocked);
  ETR_MEMBER(GraphPath, at_end);
  ETR_TYPE(PathGraph);
  ETR_MEMBER(PathGraph, trace);
  ETR_MEMBER(PathGraph, at);
  ETR_MEMBER(PathGraph, judged_at);
  ETR_MEMBER(PathGraph, flows);
  ETR_MEMBER(PathGraph, vertices);
  ETR_MEMBER(PathGraph, edges);
  ETR_MEMBER(PathGraph, lossy_links);
  ETR_MEMBER(PathGraph, shared_loss);
  ETR_MEMBER(PathGraph, branch_points);
  ETR_MEMBER(PathGraph, paths);
}

std::string present_layout() {
  Layout layout;
  describe_values(layout);
  describe_probes(layout);
  describe_paths(layout);
  describe_events(layout);
  describe_runs(layout);
  describe_snapshots(layout);
  describe_interfaces(layout);
  describe_descriptor(layout);
  return "ABI version " + std::to_string(kAbiVersion) + ", x86-64, libstdc++\n" + layout.text();
}

TEST(AbiLayout, IsTheOneRecordedForItsVersion) {
#if defined(__x86_64__) && defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG)
  const std::string file = ETR_SOURCE_DIR "/tests/sdk/abi/" + std::to_string(kAbiVersion) + ".txt";
  const std::string present = present_layout();
  if (std::getenv("ETR_RECORD_ABI") != nullptr) std::ofstream(file) << present;
  EXPECT_EQ(present, test::read_file(file))
      << "a public type changed: plugins built before would misread it. Raise kAbiVersion in "
         "etr/abi.h and record the new layout beside the old one; see docs/abi.md.";
#else
  GTEST_SKIP() << "the layout is recorded for x86-64 and libstdc++";
#endif
}

// This part is read before the version is known: it never changes.
TEST(AbiLayout, TheHeadOfADescriptorNeverChanges) {
  static_assert(std::is_standard_layout_v<DescriptorHead> && std::is_trivial_v<DescriptorHead>);
  static_assert(offsetof(DescriptorHead, magic) == 0 && sizeof(DescriptorHead::magic) == 4);
  static_assert(offsetof(DescriptorHead, abi_version) == 4);
  static_assert(offsetof(DescriptorHead, size) == 8);
  static_assert(offsetof(DescriptorHead, kind) == 12);
  static_assert(offsetof(DescriptorHead, fingerprint) == 16);
  EXPECT_EQ(kPluginMagic, 0x21727465U);
  EXPECT_STREQ(kDescriptorSymbol, "etr_plugin_descriptor");
}

// g++ and clang plugins mix: the fingerprint must not name the compiler or its release.
TEST(AbiLayout, TheFingerprintNamesTheLibraryOnly) {
  const std::string fingerprint = kLibraryFingerprint;
#if defined(__GLIBCXX__)
  EXPECT_EQ(fingerprint.rfind("libstdc++;cxx11=1", 0), 0U) << fingerprint;
#endif
  EXPECT_EQ(fingerprint.find("g++ "), std::string::npos);
  EXPECT_EQ(fingerprint.find("clang"), std::string::npos);
}

}  // namespace
}  // namespace etr::test
