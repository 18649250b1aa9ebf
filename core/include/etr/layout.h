// Every public type that crosses the boundary between program and plugin, with its members: what
// must lie alike on both sides. A plugin carries the hash of the types that its kind touches
// (abi.h), and a test records them all in text.
#pragma once

#include <cstddef>

#include "etr/event.h"
#include "etr/flow.h"
#include "etr/ip_address.h"
#include "etr/layout_hash.h"
#include "etr/option.h"
#include "etr/path.h"
#include "etr/path_graph.h"
#include "etr/prober.h"
#include "etr/reply.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "etr/time.h"
#include "etr/view.h"
#include "etr/wire.h"

// ETR_DETAIL_LAYOUT(Type, members...) tells the visitor `layout` of a type and its members, in
// their order.
#define ETR_DETAIL_PARENTHESES ()
#define ETR_DETAIL_EXPAND(...) ETR_DETAIL_EXPAND3(ETR_DETAIL_EXPAND3(__VA_ARGS__))
#define ETR_DETAIL_EXPAND3(...) ETR_DETAIL_EXPAND2(ETR_DETAIL_EXPAND2(__VA_ARGS__))
#define ETR_DETAIL_EXPAND2(...) ETR_DETAIL_EXPAND1(ETR_DETAIL_EXPAND1(__VA_ARGS__))
#define ETR_DETAIL_EXPAND1(...) ETR_DETAIL_EXPAND0(ETR_DETAIL_EXPAND0(__VA_ARGS__))
#define ETR_DETAIL_EXPAND0(...) __VA_ARGS__
#define ETR_DETAIL_MEMBERS(Type, name, ...)                       \
  layout.member(#name, offsetof(Type, name), sizeof(Type::name)); \
  __VA_OPT__(ETR_DETAIL_MORE ETR_DETAIL_PARENTHESES(Type, __VA_ARGS__))
#define ETR_DETAIL_MORE() ETR_DETAIL_MEMBERS
#define ETR_DETAIL_LAYOUT(Type, ...)               \
  layout.type(#Type, sizeof(Type), alignof(Type)); \
  __VA_OPT__(ETR_DETAIL_EXPAND(ETR_DETAIL_MEMBERS(Type, __VA_ARGS__)))

// These types are not of standard layout, yet every compiler that builds etr knows the offsets.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace etr::detail {

template <class Visitor>
constexpr void describe_values(Visitor& layout) {
  ETR_DETAIL_LAYOUT(IpAddress, family, octets)
  ETR_DETAIL_LAYOUT(Duration)
  ETR_DETAIL_LAYOUT(Timestamp)
  ETR_DETAIL_LAYOUT(Bytes)
  ETR_DETAIL_LAYOUT(MutableBytes)
}

template <class Visitor>
constexpr void describe_options(Visitor& layout) {
  ETR_DETAIL_LAYOUT(OptionValue)
  ETR_DETAIL_LAYOUT(OptionSpec, name, help, type, default_value, minimum, maximum, choices,
                    required, secret, is_path)
  ETR_DETAIL_LAYOUT(NamedOption, name, value)
}

template <class Visitor>
constexpr void describe_probes(Visitor& layout) {
  ETR_DETAIL_LAYOUT(Flow, trace, index, source, destination, source_port, destination_port, secret)
  ETR_DETAIL_LAYOUT(ProbeSpec, ttl, slot, token, mtu, unix_seconds)
  ETR_DETAIL_LAYOUT(ProbeId, ttl, slot)
  ETR_DETAIL_LAYOUT(Decoded, probe, token, kind)
  ETR_DETAIL_LAYOUT(FlowKey, source_port, destination_port)
}

template <class Visitor>
constexpr void describe_paths(Visitor& layout) {
  ETR_DETAIL_LAYOUT(MplsLabel, label, traffic_class, bottom, ttl)
  ETR_DETAIL_LAYOUT(Reply, source, kind, icmp_type, icmp_code, rtt, received_at, user_clock, ttl,
                    quoted_ttl, mtu, rewritten, mpls)
  ETR_DETAIL_LAYOUT(Hop, ttl, verdict, asked, sent_at, reply, hop_class, name)
  ETR_DETAIL_LAYOUT(Blocked, ttl, by, icmp_type, icmp_code)
  ETR_DETAIL_LAYOUT(Path, trace, flow, round, protocol, source, destination, source_port,
                    destination_port, destination_name, path_id, path_hash, path_knowledge, reached,
                    complete, blocked, started, finished, hops)
}

template <class Visitor>
constexpr void describe_events(Visitor& layout) {
  ETR_DETAIL_LAYOUT(HopChange, ttl, old_address, new_address)
  ETR_DETAIL_LAYOUT(PathChange, old_path_id, new_path_id, old_path_hash, new_path_hash, first_ttl,
                    last_ttl, hops, flows, per_second)
  ETR_DETAIL_LAYOUT(Event, kind, at, trace, flow, round, ttl, address, rtt, change, count, text)
}

template <class Visitor>
constexpr void describe_graphs(Visitor& layout) {
  ETR_DETAIL_LAYOUT(ConfidenceInterval, low, high)
  ETR_DETAIL_LAYOUT(PooledStatistics, answered, lost, recent_judged, recent_lost, rtt_samples,
                    rtt_mean_ns, rtt_stddev_ns, rtt_best, rtt_worst, rtt_last)
  ETR_DETAIL_LAYOUT(GraphVertex, id, ttl, address, flows, per_packet, hop_class, statistics)
  ETR_DETAIL_LAYOUT(GraphEdge, from, to, flows, samples, share, share_interval, lossy_link)
  ETR_DETAIL_LAYOUT(PresentLoss, rate, interval)
  ETR_DETAIL_LAYOUT(LossyLink, edges, rate, interval, flows, recent_judged, recent_lost, since, now,
                    or_withheld)
  ETR_DETAIL_LAYOUT(BranchPoint, vertex, next_hops, samples, confidence, hidden_share, state)
  ETR_DETAIL_LAYOUT(GraphFlow, flow, source_port)
  ETR_DETAIL_LAYOUT(GraphPath, id, hash, vertices, flows, has_gaps, end, reached, blocked, at_end)
  ETR_DETAIL_LAYOUT(PathGraph, trace, at, judged_at, flows, vertices, edges, lossy_links,
                    shared_loss, branch_points, paths)
}

template <class Visitor>
constexpr void describe_snapshots(Visitor& layout) {
  ETR_DETAIL_LAYOUT(ResponderStats, address, received, last, best, worst, mean_ns, stddev_ns,
                    jitter, jitter_last, jitter_mean, jitter_worst, p50, p95, p99, kind, icmp_type,
                    icmp_code, reply_ttl, quoted_ttl, mpls)
  ETR_DETAIL_LAYOUT(HopStats, ttl, sent, answered, lost, send_failed, hop_class, responders, former,
                    address)
  ETR_DETAIL_LAYOUT(FlowSnapshot, trace, flow, source, source_port, path_id, path_hash,
                    path_knowledge, reached, distance, blocked, rounds, path_changes, hops)
  ETR_DETAIL_LAYOUT(Counters, probes_sent, replies, late, duplicates, rejected, send_errors,
                    capture_drops)
  ETR_DETAIL_LAYOUT(Snapshot, at, elapsed, paused, round_interval, counters, flows, graphs)
}

template <class Visitor>
constexpr void describe_runs(Visitor& layout) {
  ETR_DETAIL_LAYOUT(TraceInfo, trace, target, destination, destination_port, protocol)
  ETR_DETAIL_LAYOUT(RunInfo, version, hostname, started, traces, flows, first_source_port, rounds,
                    max_ttl, round_interval, timeout, rate, prober, hasher)
  ETR_DETAIL_LAYOUT(Summary, reason, snapshot, records)
}

/// What a sink is given.
template <class Visitor>
constexpr void describe_records(Visitor& layout) {
  describe_paths(layout);
  describe_events(layout);
  describe_graphs(layout);
  describe_snapshots(layout);
  describe_runs(layout);
}

template <class Visitor>
constexpr void describe_commands(Visitor& layout) {
  ETR_DETAIL_LAYOUT(Command, kind, interval)
}

}  // namespace etr::detail

#pragma GCC diagnostic pop

#undef ETR_DETAIL_LAYOUT
#undef ETR_DETAIL_MORE
#undef ETR_DETAIL_MEMBERS
#undef ETR_DETAIL_EXPAND0
#undef ETR_DETAIL_EXPAND1
#undef ETR_DETAIL_EXPAND2
#undef ETR_DETAIL_EXPAND3
#undef ETR_DETAIL_EXPAND
#undef ETR_DETAIL_PARENTHESES
