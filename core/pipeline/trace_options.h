// The [trace] table: declared once, as a plugin's options are, so that the pipeline file, the
// flags,
// --set, --check and the reference page all come from the same list.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "etr/option.h"
#include "pipeline/scoped_address.h"
#include "plan/fixed_rounds.h"
#include "plugin/plugin_use.h"
#include "trace/options.h"

namespace etr::pipeline {

/// As the user writes it, not yet checked for ranges; validate() does that.
struct TraceOptions {
  std::int64_t flows = 5;
  std::int64_t source_port = 50000;
  std::int64_t dest_port = 0;
  std::int64_t count = 0;
  std::int64_t max_ttl = 30;
  Duration ttl_delay = std::chrono::milliseconds(10);
  Duration round_interval = std::chrono::seconds(2);
  Duration timeout = std::chrono::seconds(1);
  double rate = 300;
  std::string family = "any";
  std::string source;
  std::string interface;
  bool resolve = true;
  std::int64_t capture_buffer = 4;
  std::string log;
  std::string log_level = "error";
  std::string simulate;
  friend bool operator==(const TraceOptions&, const TraceOptions&) = default;
};

inline constexpr auto kTraceOptions = std::tuple{
    etr::option("flows", &TraceOptions::flows, "Flows per target, one source port each"),
    etr::option("source_port", &TraceOptions::source_port, "Source port of the first flow"),
    etr::option("dest_port", &TraceOptions::dest_port,
                "Destination port; omit for the prober's own"),
    etr::option("count", &TraceOptions::count, "Rounds per flow; 0: until stopped"),
    etr::option("max_ttl", &TraceOptions::max_ttl, "Highest TTL probed"),
    etr::option("ttl_delay", &TraceOptions::ttl_delay,
                "Time between two TTLs of a flow in a round"),
    etr::option("round_interval", &TraceOptions::round_interval, "Time from round to round"),
    etr::option("timeout", &TraceOptions::timeout, "How long to wait for a reply"),
    etr::option("rate", &TraceOptions::rate, "Probes per second over all flows; 0: no limit"),
    etr::option("family", &TraceOptions::family, "any, ipv4 or ipv6"),
    etr::option("source", &TraceOptions::source,
                "Source address, whose family the targets get; empty: by route"),
    etr::option("interface", &TraceOptions::interface, "Interface to send from; empty: by route"),
    etr::option("resolve", &TraceOptions::resolve, "Look up the names of addresses"),
    etr::option("capture_buffer", &TraceOptions::capture_buffer, "Capture buffer in MiB"),
    etr::option("log", &TraceOptions::log, "Log file, appended to; empty: none"),
    etr::option("log_level", &TraceOptions::log_level, "debug, info, warn or error"),
    etr::option("simulate", &TraceOptions::simulate,
                "Network to simulate, a file; empty: the real one"),
};

/// The options as a plugin's would be listed.
std::vector<OptionSpec> trace_option_specs();
/// Their present values, in the same order.
std::vector<NamedOption> trace_option_values(const TraceOptions& options);

/// The place where each option was set, for messages. Options set by a flag are not listed: their
/// messages have the flag's words.
using OptionPlaces = std::map<std::string, std::string, std::less<>>;

/// Sets what is given; errors name the place and the option.
absl::Status apply_trace_options(const std::vector<plugin::RawOption>& given, TraceOptions& options,
                                 OptionPlaces& places);

/// Checks ranges and combinations, in the Go etr's order. Errors are lower-case sentences for the
/// user; they begin with the place and the option if it has a place.
absl::Status validate(const TraceOptions& options, const OptionPlaces& places = {});

/// What the engine and its planner take. The options have passed validate().
trace::EngineOptions engine_options(const TraceOptions& options, const trace::RunKey& key);
plan::FixedRoundsOptions round_options(const TraceOptions& options);
/// The family of the targets' addresses: the one asked for, else that of the source; empty: any.
std::optional<Family> family_option(const TraceOptions& options);
/// Empty: by route, or the option is not an address.
std::optional<ScopedAddress> source_option(const TraceOptions& options);

}  // namespace etr::pipeline
