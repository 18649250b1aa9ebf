#include "pipeline/trace_options.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "absl/strings/str_format.h"
#include "plugin/option_values.h"

namespace etr::pipeline {
namespace {

constexpr std::int64_t kMaxPort = 65535;
constexpr double kMinRate = 0.001;                // probes per second
constexpr std::int64_t kMaxCaptureBuffer = 1024;  // MiB
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};

/// A value out of range, or one that does not fit the others.
struct OptionProblem {
  std::string_view option;
  std::string text;
};

bool is_own_flag(const std::string& place) { return place.starts_with("--") && place != "--set"; }

bool in_range(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value >= low && value <= high;
}

absl::Status as_error(const OptionProblem& problem, const OptionPlaces& places) {
  const auto place = places.find(problem.option);
  if (place == places.end() || place->second.empty()) {
    return absl::InvalidArgumentError(problem.text);
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: option '%s': %s", place->second, problem.option, problem.text));
}

std::optional<OptionProblem> find_problem(const TraceOptions& options, const OptionPlaces& places) {
  if (options.family != "any" && options.family != "ipv4" && options.family != "ipv6") {
    return OptionProblem{"family",
                         "family must be any, ipv4 or ipv6, not '" + options.family + "'"};
  }
  if (!in_range(options.dest_port, 0, kMaxPort)) {
    return OptionProblem{"dest_port", "destination port must be between 1 and 65535"};
  }
  if (!in_range(options.source_port, 1, kMaxPort)) {
    return OptionProblem{"source_port", "source port must be between 1 and 65535"};
  }
  if (options.flows < 1) return OptionProblem{"flows", "parallel probes must be at least 1"};
  if (options.flows > kMaxPort || options.source_port + options.flows - 1 > kMaxPort) {
    return OptionProblem{
        places.contains("flows") || !places.contains("source_port") ? "flows" : "source_port",
        absl::StrFormat("source port + parallel probes - 1 must not be above 65535: %d flows from "
                        "port %d on do "
                        "not fit",
                        options.flows, options.source_port)};
  }
  if (options.count < 0) return OptionProblem{"count", "count must not be negative"};
  if (!in_range(options.max_ttl, 1, 255))
    return OptionProblem{"max_ttl", "maximum TTL must be between 1 and 255"};
  if (options.ttl_delay < Duration::zero())
    return OptionProblem{"ttl_delay", "inter-TTL delay must not be negative"};
  if (options.round_interval < Duration::zero()) {
    return OptionProblem{"round_interval", "inter-probe delay must not be negative"};
  }
  if (options.timeout <= Duration::zero())
    return OptionProblem{"timeout", "timeout must be above 0"};
  // At lower rates the time between two probes exceeds the range of the clock.
  if (options.rate < 0 || (options.rate > 0 && options.rate < kMinRate)) {
    return OptionProblem{"rate",
                         "rate must be at least 0.001 probes per second, or 0 for no limit"};
  }
  if (!options.source.empty()) {
    const std::optional<ScopedAddress> source = source_option(options);
    if (!source || source->address.is_unspecified()) {
      return OptionProblem{"source",
                           "source must be an address of this host, not '" + options.source + "'"};
    }
    const std::optional<Family> family = family_option(options);
    if (family && source->address.family != *family) {
      return OptionProblem{"source",
                           absl::StrFormat("source %s is not an %s address", options.source,
                                           *family == Family::kIpv4 ? "IPv4" : "IPv6")};
    }
  }
  if (!in_range(options.capture_buffer, 1, kMaxCaptureBuffer)) {
    return OptionProblem{"capture_buffer", "capture buffer must be between 1 and 1024 MiB"};
  }
  if (std::find(kLogLevels.begin(), kLogLevels.end(), options.log_level) == kLogLevels.end()) {
    return OptionProblem{"log_level", "log level must be debug, info, warn or error, not '" +
                                          options.log_level + "'"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<OptionSpec> trace_option_specs() {
  return std::apply(
      [](const auto&... entry) {
        const TraceOptions defaults;
        return std::vector<OptionSpec>{detail::option_spec(entry, defaults.*(entry.member))...};
      },
      kTraceOptions);
}

std::vector<NamedOption> trace_option_values(const TraceOptions& options) {
  return std::apply(
      [&](const auto&... entry) {
        return std::vector<NamedOption>{NamedOption{
            std::string(entry.name), detail::to_option_value(entry, options.*(entry.member))}...};
      },
      kTraceOptions);
}

absl::Status apply_trace_options(const std::vector<plugin::RawOption>& given, TraceOptions& options,
                                 OptionPlaces& places) {
  const absl::StatusOr<std::vector<NamedOption>> checked =
      plugin::check_options(trace_option_specs(), given);
  if (!checked.ok()) return checked.status();
  for (const plugin::RawOption& option : given) {
    if (is_own_flag(option.where)) {
      places.erase(option.name);
    } else {
      places[option.name] = option.where;
    }
  }
  for (const NamedOption& value : *checked) {
    // 0 stands for "not given" from here on, so it cannot be given.
    if (value.name == "dest_port" && std::get<std::int64_t>(value.value) == 0) {
      return as_error({"dest_port", "destination port must be between 1 and 65535"}, places);
    }
    const auto assign = [&](const auto& entry) {
      if (entry.name != value.name) return;
      using Member = std::remove_reference_t<decltype(options.*(entry.member))>;
      options.*(entry.member) = std::get<Member>(value.value);
    };
    std::apply([&](const auto&... entry) { (assign(entry), ...); }, kTraceOptions);
  }
  return absl::OkStatus();
}

absl::Status validate(const TraceOptions& options, const OptionPlaces& places) {
  const std::optional<OptionProblem> problem = find_problem(options, places);
  return problem ? as_error(*problem, places) : absl::OkStatus();
}

std::optional<Family> family_option(const TraceOptions& options) {
  if (options.family == "ipv4") return Family::kIpv4;
  if (options.family == "ipv6") return Family::kIpv6;
  const std::optional<ScopedAddress> source = source_option(options);
  return source ? std::optional(source->address.family) : std::nullopt;
}

std::optional<ScopedAddress> source_option(const TraceOptions& options) {
  return parse_scoped(options.source);
}

trace::EngineOptions engine_options(const TraceOptions& options, const trace::RunKey& key) {
  trace::EngineOptions engine{key};
  engine.first_source_port = static_cast<std::uint16_t>(options.source_port);
  engine.destination_port = static_cast<std::uint16_t>(options.dest_port);
  engine.max_ttl = static_cast<std::uint8_t>(options.max_ttl);
  engine.timeout = options.timeout;
  engine.rate = options.rate;
  engine.source = source_option(options).value_or(ScopedAddress{}).address;
  return engine;
}

plan::FixedRoundsOptions round_options(const TraceOptions& options) {
  plan::FixedRoundsOptions rounds;
  rounds.flows = static_cast<std::uint32_t>(options.flows);
  rounds.rounds = static_cast<std::uint64_t>(options.count);
  rounds.ttl_delay = options.ttl_delay;
  rounds.round_interval = options.round_interval;
  rounds.timeout = options.timeout;
  rounds.rate = options.rate;
  return rounds;
}

}  // namespace etr::pipeline
