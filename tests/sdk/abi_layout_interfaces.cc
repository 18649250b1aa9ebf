// Interfaces of plugins: the slots of their functions, and the numbers of enumerators.
#include "abi_layout.h"

namespace etr::test {

namespace {

void describe_prober(Layout& layout) {
  ETR_INTERFACE(Prober);
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
}

void describe_hasher(Layout& layout) {
  ETR_INTERFACE(PathHasher);
  ETR_FUNCTION(PathHasher, digest_size);
  ETR_FUNCTION(PathHasher, digest);
}

void describe_sink(Layout& layout) {
  ETR_INTERFACE(Sink);
  ETR_FUNCTION(Sink, open);
  ETR_FUNCTION(Sink, write);
  ETR_FUNCTION(Sink, on_event);
  ETR_FUNCTION(Sink, flush);
  ETR_FUNCTION(Sink, reopen);
  ETR_FUNCTION(Sink, close);
  ETR_FUNCTION(Sink, uses_standard_output);
}

void describe_view(Layout& layout) {
  ETR_INTERFACE(View);
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
  ETR_INTERFACE(Names);
  ETR_FUNCTION(Names, name);
}

void describe_probe_enumerations(Layout& layout) {
  ETR_INTERFACE(SegmentSide);
  ETR_VALUE(SegmentSide, kSent);
  ETR_VALUE(SegmentSide, kReply);
}

void describe_record_enumerations(Layout& layout) {
  ETR_INTERFACE(Verdict);
  ETR_VALUE(Verdict, kAnswered);
  ETR_VALUE(Verdict, kLost);
  ETR_VALUE(Verdict, kSendFailed);
  ETR_VALUE(Verdict, kCut);
  ETR_INTERFACE(HopClass);
  ETR_VALUE(HopClass, kUnknown);
  ETR_VALUE(HopClass, kAnswering);
  ETR_VALUE(HopClass, kSilent);
  ETR_VALUE(HopClass, kLimited);
  ETR_VALUE(HopClass, kLossy);
  ETR_INTERFACE(PathKnowledge);
  ETR_VALUE(PathKnowledge, kWhole);
  ETR_VALUE(PathKnowledge, kGaps);
  ETR_VALUE(PathKnowledge, kAmbiguous);
  ETR_INTERFACE(EventKind);
  ETR_VALUE(EventKind, kPathChange);
  ETR_VALUE(EventKind, kLateReply);
  ETR_VALUE(EventKind, kDuplicateReply);
  ETR_VALUE(EventKind, kSendError);
  ETR_VALUE(EventKind, kRoundStretched);
  ETR_VALUE(EventKind, kFlowSkipped);
  ETR_VALUE(EventKind, kRejected);
  ETR_VALUE(EventKind, kRouteChange);
  ETR_VALUE(EventKind, kNotice);
  ETR_INTERFACE(StopReason);
  ETR_VALUE(StopReason, kFinished);
  ETR_VALUE(StopReason, kUser);
  ETR_VALUE(StopReason, kSignal);
  ETR_VALUE(StopReason, kFault);
  ETR_INTERFACE(BranchState);
  ETR_VALUE(BranchState, kOpen);
  ETR_VALUE(BranchState, kClosed);
  ETR_VALUE(BranchState, kCapped);
  ETR_VALUE(BranchState, kPerPacket);
  ETR_VALUE(BranchState, kFlapping);
}

}  // namespace

void describe_interface(Layout& layout, PluginKind kind) {
  switch (kind) {
    case PluginKind::kProber: return describe_prober(layout);
    case PluginKind::kHasher: return describe_hasher(layout);
    case PluginKind::kSink: return describe_sink(layout);
    case PluginKind::kView: return describe_view(layout);
  }
}

void describe_enumerations(Layout& layout, PluginKind kind) {
  ETR_INTERFACE(Family);
  ETR_VALUE(Family, kIpv4);
  ETR_VALUE(Family, kIpv6);
  if (kind == PluginKind::kHasher) return;
  ETR_INTERFACE(ReplyKind);
  ETR_VALUE(ReplyKind, kTimeExceeded);
  ETR_VALUE(ReplyKind, kUnreachable);
  ETR_VALUE(ReplyKind, kPacketTooBig);
  ETR_VALUE(ReplyKind, kParameterProblem);
  ETR_VALUE(ReplyKind, kSynAck);
  ETR_VALUE(ReplyKind, kReset);
  ETR_VALUE(ReplyKind, kAck);
  ETR_VALUE(ReplyKind, kData);
  ETR_VALUE(ReplyKind, kOther);
  if (kind == PluginKind::kProber) return describe_probe_enumerations(layout);
  describe_record_enumerations(layout);
  if (kind == PluginKind::kSink) return;
  ETR_INTERFACE(Command::Kind);
  ETR_VALUE(Command::Kind, kNone);
  ETR_VALUE(Command::Kind, kRedraw);
  ETR_VALUE(Command::Kind, kQuit);
  ETR_VALUE(Command::Kind, kPause);
  ETR_VALUE(Command::Kind, kResetStatistics);
  ETR_VALUE(Command::Kind, kSetRoundInterval);
  ETR_VALUE(Command::Kind, kSuspend);
}

}  // namespace etr::test
