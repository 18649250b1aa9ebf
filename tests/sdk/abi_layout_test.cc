// What a compiled plugin relies on: the size of each public type, the offsets of its members, the
// slots of virtual functions, the numbers of enumerators. abi/ holds the recorded layout of each
// ABI version; a change needs a new version (etr/abi.h) and a new file.
//
// To record one: ETR_RECORD_ABI=1 sdk_test --gtest_filter='AbiLayout.*'
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "etr/plugin.h"
#include "support/read_file.h"

namespace {

using namespace etr;

class Layout {
 public:
  template <class Type>
  Layout& type(const char* name) {
    text_ << '\n'
          << name << ": " << sizeof(Type) << " octets, aligned to " << alignof(Type) << '\n';
    return *this;
  }

  template <class Class, class Member>
  Layout& member(const char* name, Member Class::*member) {
    const Class object{};
    const auto* const start = reinterpret_cast<const char*>(&object);
    const auto* const place = reinterpret_cast<const char*>(&(object.*member));
    text_ << "  " << place - start << ' ' << name << '\n';
    return *this;
  }

  // In the Itanium C++ ABI a pointer to a virtual function begins with 1 + its offset in the table.
  template <class Function>
  Layout& function(const char* name, Function pointer) {
    static_assert(sizeof pointer >= sizeof(std::ptrdiff_t));
    std::ptrdiff_t offset = 0;
    std::memcpy(&offset, &pointer, sizeof offset);
    text_ << "  slot " << (offset - 1) / static_cast<std::ptrdiff_t>(sizeof(void*)) << ' ' << name
          << '\n';
    return *this;
  }

  template <class Enumerator>
  Layout& value(const char* name, Enumerator value) {
    text_ << "  = " << static_cast<int>(value) << ' ' << name << '\n';
    return *this;
  }

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

#define ETR_TYPE(Type) layout.type<Type>(#Type)
#define ETR_MEMBER(Type, name) layout.member<Type>(#name, &Type::name)
#define ETR_FUNCTION(Type, name) layout.function(#name, &Type::name)
#define ETR_VALUE(Type, name) layout.value(#name, Type::name)

void describe_values(Layout& layout) {
  ETR_TYPE(Family);
  ETR_VALUE(Family, kIpv4);
  ETR_VALUE(Family, kIpv6);
  ETR_TYPE(IpAddress);
  ETR_MEMBER(IpAddress, family);
  ETR_MEMBER(IpAddress, octets);
  ETR_TYPE(Duration);
  ETR_TYPE(Timestamp);
  ETR_TYPE(Bytes);
  ETR_TYPE(MutableBytes);
}

void describe_probes(Layout& layout) {
  ETR_TYPE(Flow);
  ETR_MEMBER(Flow, trace);
  ETR_MEMBER(Flow, index);
  ETR_MEMBER(Flow, source);
  ETR_MEMBER(Flow, destination);
  ETR_MEMBER(Flow, source_port);
  ETR_MEMBER(Flow, destination_port);
  ETR_MEMBER(Flow, secret);
  ETR_TYPE(ProbeSpec);
  ETR_MEMBER(ProbeSpec, ttl);
  ETR_MEMBER(ProbeSpec, slot);
  ETR_MEMBER(ProbeSpec, token);
  ETR_MEMBER(ProbeSpec, mtu);
  ETR_MEMBER(ProbeSpec, unix_seconds);
  ETR_TYPE(ProbeId);
  ETR_MEMBER(ProbeId, ttl);
  ETR_MEMBER(ProbeId, slot);
  ETR_TYPE(Decoded);
  ETR_MEMBER(Decoded, probe);
  ETR_MEMBER(Decoded, token);
  ETR_MEMBER(Decoded, kind);
  ETR_TYPE(SegmentSide);
  ETR_VALUE(SegmentSide, kSent);
  ETR_VALUE(SegmentSide, kReply);
  ETR_TYPE(FlowKey);
  ETR_MEMBER(FlowKey, source_port);
  ETR_MEMBER(FlowKey, destination_port);
}

void describe_paths(Layout& layout) {
  ETR_TYPE(ReplyKind);
  ETR_VALUE(ReplyKind, kTimeExceeded);
  ETR_VALUE(ReplyKind, kUnreachable);
  ETR_VALUE(ReplyKind, kPacketTooBig);
  ETR_VALUE(ReplyKind, kParameterProblem);
  ETR_VALUE(ReplyKind, kSynAck);
  ETR_VALUE(ReplyKind, kReset);
  ETR_VALUE(ReplyKind, kAck);
  ETR_VALUE(ReplyKind, kData);
  ETR_VALUE(ReplyKind, kOther);
  ETR_TYPE(MplsLabel);
  ETR_MEMBER(MplsLabel, label);
  ETR_MEMBER(MplsLabel, traffic_class);
  ETR_MEMBER(MplsLabel, bottom);
  ETR_MEMBER(MplsLabel, ttl);
  ETR_TYPE(Reply);
  ETR_MEMBER(Reply, source);
  ETR_MEMBER(Reply, kind);
  ETR_MEMBER(Reply, icmp_type);
  ETR_MEMBER(Reply, icmp_code);
  ETR_MEMBER(Reply, rtt);
  ETR_MEMBER(Reply, received_at);
  ETR_MEMBER(Reply, user_clock);
  ETR_MEMBER(Reply, ttl);
  ETR_MEMBER(Reply, quoted_ttl);
  ETR_MEMBER(Reply, mtu);
  ETR_MEMBER(Reply, rewritten);
  ETR_MEMBER(Reply, mpls);
  ETR_TYPE(Verdict);
  ETR_VALUE(Verdict, kAnswered);
  ETR_VALUE(Verdict, kLost);
  ETR_VALUE(Verdict, kSendFailed);
  ETR_VALUE(Verdict, kCut);
  ETR_TYPE(HopClass);
  ETR_VALUE(HopClass, kUnknown);
  ETR_VALUE(HopClass, kAnswering);
  ETR_VALUE(HopClass, kSilent);
  ETR_VALUE(HopClass, kLimited);
  ETR_VALUE(HopClass, kLossy);
  ETR_TYPE(Hop);
  ETR_MEMBER(Hop, ttl);
  ETR_MEMBER(Hop, verdict);
  ETR_MEMBER(Hop, asked);
  ETR_MEMBER(Hop, sent_at);
  ETR_MEMBER(Hop, reply);
  ETR_MEMBER(Hop, hop_class);
  ETR_MEMBER(Hop, name);
  ETR_TYPE(Blocked);
  ETR_MEMBER(Blocked, ttl);
  ETR_MEMBER(Blocked, by);
  ETR_MEMBER(Blocked, icmp_type);
  ETR_MEMBER(Blocked, icmp_code);
  ETR_TYPE(PathKnowledge);
  ETR_VALUE(PathKnowledge, kWhole);
  ETR_VALUE(PathKnowledge, kGaps);
  ETR_VALUE(PathKnowledge, kAmbiguous);
  ETR_TYPE(Path);
  ETR_MEMBER(Path, trace);
  ETR_MEMBER(Path, flow);
  ETR_MEMBER(Path, round);
  ETR_MEMBER(Path, protocol);
  ETR_MEMBER(Path, source);
  ETR_MEMBER(Path, destination);
  ETR_MEMBER(Path, source_port);
  ETR_MEMBER(Path, destination_port);
  ETR_MEMBER(Path, destination_name);
  ETR_MEMBER(Path, path_id);
  ETR_MEMBER(Path, path_hash);
  ETR_MEMBER(Path, path_knowledge);
  ETR_MEMBER(Path, reached);
  ETR_MEMBER(Path, complete);
  ETR_MEMBER(Path, blocked);
  ETR_MEMBER(Path, started);
  ETR_MEMBER(Path, finished);
  ETR_MEMBER(Path, hops);
}

void describe_events(Layout& layout) {
  ETR_TYPE(EventKind);
  ETR_VALUE(EventKind, kPathChange);
  ETR_VALUE(EventKind, kLateReply);
  ETR_VALUE(EventKind, kDuplicateReply);
  ETR_VALUE(EventKind, kSendError);
  ETR_VALUE(EventKind, kRoundStretched);
  ETR_VALUE(EventKind, kFlowSkipped);
  ETR_VALUE(EventKind, kRejected);
  ETR_VALUE(EventKind, kRouteChange);
  ETR_VALUE(EventKind, kNotice);
  ETR_TYPE(HopChange);
  ETR_MEMBER(HopChange, ttl);
  ETR_MEMBER(HopChange, old_address);
  ETR_MEMBER(HopChange, new_address);
  ETR_TYPE(PathChange);
  ETR_MEMBER(PathChange, old_path_id);
  ETR_MEMBER(PathChange, new_path_id);
  ETR_MEMBER(PathChange, old_path_hash);
  ETR_MEMBER(PathChange, new_path_hash);
  ETR_MEMBER(PathChange, first_ttl);
  ETR_MEMBER(PathChange, last_ttl);
  ETR_MEMBER(PathChange, hops);
  ETR_MEMBER(PathChange, flows);
  ETR_MEMBER(PathChange, per_second);
  ETR_TYPE(Event);
  ETR_MEMBER(Event, kind);
  ETR_MEMBER(Event, at);
  ETR_MEMBER(Event, trace);
  ETR_MEMBER(Event, flow);
  ETR_MEMBER(Event, round);
  ETR_MEMBER(Event, ttl);
  ETR_MEMBER(Event, address);
  ETR_MEMBER(Event, rtt);
  ETR_MEMBER(Event, change);
  ETR_MEMBER(Event, count);
  ETR_MEMBER(Event, text);
}

void describe_runs(Layout& layout) {
  ETR_TYPE(TraceInfo);
  ETR_MEMBER(TraceInfo, trace);
  ETR_MEMBER(TraceInfo, target);
  ETR_MEMBER(TraceInfo, destination);
  ETR_MEMBER(TraceInfo, destination_port);
  ETR_MEMBER(TraceInfo, protocol);
  ETR_TYPE(RunInfo);
  ETR_MEMBER(RunInfo, version);
  ETR_MEMBER(RunInfo, hostname);
  ETR_MEMBER(RunInfo, started);
  ETR_MEMBER(RunInfo, traces);
  ETR_MEMBER(RunInfo, flows);
  ETR_MEMBER(RunInfo, first_source_port);
  ETR_MEMBER(RunInfo, rounds);
  ETR_MEMBER(RunInfo, max_ttl);
  ETR_MEMBER(RunInfo, round_interval);
  ETR_MEMBER(RunInfo, timeout);
  ETR_MEMBER(RunInfo, rate);
  ETR_MEMBER(RunInfo, prober);
  ETR_MEMBER(RunInfo, hasher);
  ETR_TYPE(StopReason);
  ETR_VALUE(StopReason, kFinished);
  ETR_VALUE(StopReason, kUser);
  ETR_VALUE(StopReason, kSignal);
  ETR_VALUE(StopReason, kFault);
  ETR_TYPE(Summary);
  ETR_MEMBER(Summary, reason);
  ETR_MEMBER(Summary, snapshot);
  ETR_MEMBER(Summary, records);
}

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

void describe_interfaces(Layout& layout) {
  ETR_TYPE(Prober);
  ETR_FUNCTION(Prober, protocol);
  ETR_FUNCTION(Prober, record_name);
  ETR_FUNCTION(Prober, default_port);
  ETR_FUNCTION(Prober, slots);
  ETR_FUNCTION(Prober, max_ttl);
  ETR_FUNCTION(Prober, capture_filter);
  ETR_FUNCTION(Prober, flow_key);
  ETR_FUNCTION(Prober, encode);
  ETR_FUNCTION(Prober, decode_quote);
  ETR_FUNCTION(Prober, decode_reply);
  ETR_TYPE(PathHasher);
  ETR_FUNCTION(PathHasher, digest_size);
  ETR_FUNCTION(PathHasher, digest);
  ETR_TYPE(Sink);
  ETR_FUNCTION(Sink, open);
  ETR_FUNCTION(Sink, write);
  ETR_FUNCTION(Sink, on_event);
  ETR_FUNCTION(Sink, flush);
  ETR_FUNCTION(Sink, reopen);
  ETR_FUNCTION(Sink, close);
  ETR_FUNCTION(Sink, uses_standard_output);
  ETR_TYPE(Names);
  ETR_FUNCTION(Names, name);
  ETR_TYPE(Command);
  ETR_MEMBER(Command, kind);
  ETR_MEMBER(Command, interval);
  ETR_VALUE(Command::Kind, kNone);
  ETR_VALUE(Command::Kind, kRedraw);
  ETR_VALUE(Command::Kind, kQuit);
  ETR_VALUE(Command::Kind, kPause);
  ETR_VALUE(Command::Kind, kResetStatistics);
  ETR_VALUE(Command::Kind, kSetRoundInterval);
  ETR_VALUE(Command::Kind, kSuspend);
  ETR_TYPE(View);
  ETR_FUNCTION(View, needs_terminal);
  ETR_FUNCTION(View, open);
  ETR_FUNCTION(View, render);
  ETR_FUNCTION(View, on_path);
  ETR_FUNCTION(View, on_event);
  ETR_FUNCTION(View, input_fd);
  ETR_FUNCTION(View, on_input);
  ETR_FUNCTION(View, on_resize);
  ETR_FUNCTION(View, suspend);
  ETR_FUNCTION(View, resume);
  ETR_FUNCTION(View, next_refresh);
  ETR_FUNCTION(View, terminal_reset);
  ETR_FUNCTION(View, close);
}

void describe_descriptor(Layout& layout) {
  ETR_TYPE(OptionValue);
  ETR_TYPE(OptionSpec);
  ETR_MEMBER(OptionSpec, name);
  ETR_MEMBER(OptionSpec, help);
  ETR_MEMBER(OptionSpec, default_value);
  ETR_TYPE(NamedOption);
  ETR_MEMBER(NamedOption, name);
  ETR_MEMBER(NamedOption, value);
  ETR_TYPE(PluginKind);
  ETR_VALUE(PluginKind, kProber);
  ETR_VALUE(PluginKind, kHasher);
  ETR_VALUE(PluginKind, kSink);
  ETR_VALUE(PluginKind, kView);
  ETR_TYPE(DescriptorHead);
  ETR_MEMBER(DescriptorHead, magic);
  ETR_MEMBER(DescriptorHead, abi_version);
  ETR_MEMBER(DescriptorHead, size);
  ETR_MEMBER(DescriptorHead, kind);
  ETR_MEMBER(DescriptorHead, fingerprint);
  ETR_TYPE(PluginDescriptor);
  ETR_MEMBER(PluginDescriptor, head);
  ETR_MEMBER(PluginDescriptor, name);
  ETR_MEMBER(PluginDescriptor, version);
  ETR_MEMBER(PluginDescriptor, summary);
  ETR_MEMBER(PluginDescriptor, options);
  ETR_MEMBER(PluginDescriptor, create_prober);
  ETR_MEMBER(PluginDescriptor, create_hasher);
  ETR_MEMBER(PluginDescriptor, create_sink);
  ETR_MEMBER(PluginDescriptor, create_view);
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
