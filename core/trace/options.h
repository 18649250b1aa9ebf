// Options of a run of the engine. Which probes are sent when is up to the planner.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "etr/ip_address.h"
#include "etr/time.h"
#include "trace/run_key.h"

namespace etr::trace {

/// One target of the run.
struct Target {
  std::string name;  ///< As the user entered it.
  IpAddress destination;
  std::uint16_t port = 0;      ///< 0: that of the options.
  std::string interface = "";  ///< On which a link-local destination lies; empty: by route.
};

struct EngineOptions {
  RunKey key;  ///< No default, so that a run without a random key does not compile.
  std::uint16_t first_source_port = 50000;
  std::uint16_t destination_port = 0;  ///< 0: the prober's default.
  std::uint8_t max_ttl = 30;
  Duration timeout = std::chrono::seconds(1);  ///< -t
  double rate = 300;                           ///< Probes per second over all flows; 0: no limit.
  std::uint32_t burst = 10;
  IpAddress source{};  ///< Unspecified: chosen by route.
};

}  // namespace etr::trace
