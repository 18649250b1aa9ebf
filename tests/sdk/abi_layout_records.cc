// Public types of probes, paths, events and runs.
#include "abi_layout.h"

namespace etr::test {

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

}  // namespace etr::test
