// What a sink or view is given at the start and at the end of a run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/snapshot.h"
#include "etr/time.h"

namespace etr {

/// One trace: one run at one target.
struct TraceInfo {
  std::uint32_t trace = 0;
  std::string target;  ///< As the user wrote it.
  IpAddress destination;
  std::uint16_t destination_port = 0;
  std::string protocol;  ///< Prober::record_name().
};

struct RunInfo {
  std::string version;   ///< Of etr.
  std::string hostname;  ///< The vantage point.
  Timestamp started{};
  std::vector<TraceInfo> traces;
  std::uint32_t flows = 0;  ///< Per trace.
  std::uint16_t first_source_port = 0;
  std::uint64_t rounds = 0;  ///< 0: until stopped.
  std::uint8_t max_ttl = 0;
  Duration round_interval{};
  Duration timeout{};
  double rate = 0;  ///< Probes per second; 0: no limit.
  std::string prober;
  std::string hasher;
};

enum class StopReason : std::uint8_t { kFinished, kUser, kSignal, kFault };

/// The end of a run: why it ended, and its totals.
struct Summary {
  StopReason reason = StopReason::kFinished;
  std::shared_ptr<const Snapshot> snapshot;  ///< Never null.
  std::uint64_t records = 0;                 ///< Path records the engine closed.
};

/// Reverse names for a view, which draws from addresses. Never blocks; an empty answer means that
/// the name is not known, or not yet. Any thread.
class Names {
 public:
  virtual ~Names() = default;
  /// Text from the network, without control characters (removed by the core), valid UTF-8.
  virtual std::string name(const IpAddress& address) = 0;
};

}  // namespace etr
