// A path: what one flow saw in one round.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/reply.h"
#include "etr/time.h"

namespace etr {

/// The outcome of one probe.
enum class Verdict : std::uint8_t {
  kAnswered,
  kLost,        ///< No answer within the timeout.
  kSendFailed,  ///< It never left this host.
  kCut,         ///< The run ended before there was a verdict.
};

constexpr std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAnswered: return "answered";
    case Verdict::kLost: return "lost";
    case Verdict::kSendFailed: return "send-failed";
    case Verdict::kCut: break;
  }
  return "cut";
}

/// The class of a hop by its history. Only kLossy may be shown as loss.
enum class HopClass : std::uint8_t {
  kUnknown,  ///< Not enough probes to tell.
  kAnswering,
  kSilent,   ///< Never answered; there is no loss percentage.
  kLimited,  ///< The responder limits its answers; the path does not lose them.
  kLossy,
};

constexpr std::string_view to_string(HopClass hop_class) {
  switch (hop_class) {
    case HopClass::kUnknown: return "unknown";
    case HopClass::kAnswering: return "answering";
    case HopClass::kSilent: return "silent";
    case HopClass::kLimited: return "limited";
    case HopClass::kLossy: break;
  }
  return "lossy";
}

/// One TTL of a path, in this round only.
struct Hop {
  std::uint8_t ttl = 0;
  Verdict verdict = Verdict::kLost;
  /// Probes of this hop with a verdict in this round, at most one of them answered: a hop that was
  /// probed again counts each of its lost probes. 0: none left this host.
  std::uint8_t asked = 1;
  Timestamp sent_at{};         ///< Kernel stamp where known.
  std::optional<Reply> reply;  ///< Present exactly if the verdict is kAnswered.
  HopClass hop_class = HopClass::kUnknown;
  std::string name;  ///< Reverse name of the responder; empty if unknown.
};

/// How much is known of a path.
enum class PathKnowledge : std::uint8_t {
  kWhole,  ///< Every hop up to the end.
  kGaps,   ///< Some hops are unknown; it can be only one of the known paths, or is a path of its
           ///< own.
  kAmbiguous,  ///< Some hops are unknown, so that it may be one of several paths; or it fits one,
               ///< but was silent for long where that path answers. Not to be counted.
};

constexpr std::string_view to_string(PathKnowledge knowledge) {
  switch (knowledge) {
    case PathKnowledge::kWhole: return "whole";
    case PathKnowledge::kGaps: return "gaps";
    case PathKnowledge::kAmbiguous: break;
  }
  return "ambiguous";
}

/// An unreachable from somebody who is not the destination ended the walk here.
struct Blocked {
  std::uint8_t ttl = 0;
  IpAddress by;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
};

/// The record of one flow and round; immutable once it has left the engine.
struct Path {
  std::uint32_t trace = 0;
  std::uint32_t flow = 0;
  std::uint64_t round = 0;
  std::string protocol;  ///< Prober::record_name().
  IpAddress source;
  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::string destination_name;  ///< Reverse name of the destination; empty if unknown.
  /// Number of the path within its trace: loss never changes it. Equal ids are equal paths. While
  /// hops are unknown, the path may turn out to be another than it was taken for.
  std::uint32_t path_id = 0;
  /// The hasher's digest of the path's known addresses, lower-case hex.
  std::string path_hash;
  PathKnowledge path_knowledge = PathKnowledge::kWhole;
  bool reached = false;  ///< The destination answered in this round.
  bool complete = true;  ///< False: the run ended before every probe had its verdict.
  std::optional<Blocked> blocked;
  Timestamp started{};    ///< First probe of the round.
  Timestamp finished{};   ///< Last verdict of the round.
  std::vector<Hop> hops;  ///< In TTL order; never past the destination.
};

}  // namespace etr
