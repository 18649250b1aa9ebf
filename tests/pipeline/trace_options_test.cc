#include "pipeline/trace_options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace etr::pipeline {
namespace {

using namespace std::chrono_literals;

std::string refusal(const std::function<void(TraceOptions&)>& change) {
  TraceOptions options;
  change(options);
  return std::string(validate(options).message());
}

TEST(TraceOptions, TheDefaultsAreValid) { EXPECT_TRUE(validate(TraceOptions{}).ok()); }

TEST(TraceOptions, TheDefaultsAreTheEngines) {
  const trace::RunKey key = trace::RunKey::from_seed(1);
  const trace::EngineOptions ours = engine_options(TraceOptions{}, key);
  const trace::EngineOptions engines{key};
  EXPECT_EQ(ours.first_source_port, engines.first_source_port);
  EXPECT_EQ(ours.destination_port, engines.destination_port);
  EXPECT_EQ(ours.max_ttl, engines.max_ttl);
  EXPECT_EQ(ours.timeout, engines.timeout);
  EXPECT_EQ(ours.rate, engines.rate);
  EXPECT_TRUE(ours.source.is_unspecified());
}

TEST(TraceOptions, TheDefaultsAreThoseOfFixedRounds) {
  const plan::FixedRoundsOptions ours = round_options(TraceOptions{});
  const plan::FixedRoundsOptions planners;
  EXPECT_EQ(ours.flows, planners.flows);
  EXPECT_EQ(ours.rounds, planners.rounds);
  EXPECT_EQ(ours.ttl_delay, planners.ttl_delay);
  EXPECT_EQ(ours.round_interval, planners.round_interval);
  EXPECT_EQ(ours.timeout, planners.timeout);
  EXPECT_EQ(ours.rate, planners.rate);
}

TEST(TraceOptions, PortsAre1To65535) {
  EXPECT_EQ(refusal([](auto& o) { o.dest_port = 65535; }), "");
  EXPECT_EQ(refusal([](auto& o) { o.dest_port = 70000; }),
            "destination port must be between 1 and 65535");
  EXPECT_EQ(refusal([](auto& o) { o.dest_port = -1; }),
            "destination port must be between 1 and 65535");
  EXPECT_EQ(refusal([](auto& o) { o.source_port = 0; }), "source port must be between 1 and 65535");
  EXPECT_EQ(refusal([](auto& o) { o.source_port = 65536; }),
            "source port must be between 1 and 65535");
}

// Defect C2 of the Go etr, docs/compatibility.md: it refused the last port that would have fitted.
TEST(TraceOptions, TheLastFlowMayUsePort65535) {
  EXPECT_EQ(refusal([](auto& o) {
              o.source_port = 65535;
              o.flows = 1;
            }),
            "");
  EXPECT_EQ(refusal([](auto& o) {
              o.source_port = 65532;
              o.flows = 4;
            }),
            "");
  EXPECT_NE(refusal([](auto& o) {
              o.source_port = 65532;
              o.flows = 5;
            }),
            "");
  EXPECT_NE(refusal([](auto& o) { o.flows = std::int64_t{1} << 62; }), "");
}

// Defect C2 of the Go etr, docs/compatibility.md.
TEST(TraceOptions, ThereIsAtLeastOneFlow) {
  EXPECT_EQ(refusal([](auto& o) { o.flows = 0; }), "parallel probes must be at least 1");
}

TEST(TraceOptions, TheMaximumTtlIs1To255) {
  EXPECT_EQ(refusal([](auto& o) { o.max_ttl = 1; }), "");
  EXPECT_EQ(refusal([](auto& o) { o.max_ttl = 255; }), "");
  EXPECT_EQ(refusal([](auto& o) { o.max_ttl = 0; }), "maximum TTL must be between 1 and 255");
  EXPECT_EQ(refusal([](auto& o) { o.max_ttl = 256; }), "maximum TTL must be between 1 and 255");
}

TEST(TraceOptions, TimesAndRatesAreNotNegative) {
  EXPECT_EQ(refusal([](auto& o) {
              o.ttl_delay = 0ns;
              o.round_interval = 0ns;
              o.rate = 0;
            }),
            "");
  EXPECT_NE(refusal([](auto& o) { o.ttl_delay = -1ns; }), "");
  EXPECT_NE(refusal([](auto& o) { o.round_interval = -1ns; }), "");
  EXPECT_NE(refusal([](auto& o) { o.timeout = 0ns; }), "");
  EXPECT_NE(refusal([](auto& o) { o.rate = -1; }), "");
  // Not rounded to 0, which would mean no limit.
  EXPECT_NE(refusal([](auto& o) { o.rate = 1e-300; }), "");
  EXPECT_EQ(refusal([](auto& o) { o.rate = 0.001; }), "");
  EXPECT_NE(refusal([](auto& o) { o.count = -1; }), "");
}

TEST(TraceOptions, FamilyIsThatOfTheSourceUnlessOneIsForced) {
  TraceOptions options;
  EXPECT_EQ(family_option(options), std::nullopt);
  options.source = "2001:db8::1";
  EXPECT_EQ(family_option(options), Family::kIpv6);
  options.source = "::ffff:192.0.2.1";
  EXPECT_EQ(family_option(options), Family::kIpv4);
  options.family = "ipv6";
  EXPECT_EQ(family_option(options), Family::kIpv6);
}

TEST(TraceOptions, ASourceIsAnAddressOfTheForcedFamily) {
  EXPECT_EQ(refusal([](auto& o) {
              o.source = "2001:db8::1";
              o.family = "ipv6";
            }),
            "");
  EXPECT_EQ(refusal([](auto& o) {
              o.source = "2001:db8::1";
              o.family = "ipv4";
            }),
            "source 2001:db8::1 is not an IPv4 address");
  EXPECT_EQ(refusal([](auto& o) {
              o.source = "::ffff:192.0.2.1";
              o.family = "ipv4";
            }),
            "");
  EXPECT_NE(refusal([](auto& o) { o.source = "eth0"; }), "");
  EXPECT_NE(refusal([](auto& o) { o.source = "0.0.0.0"; }), "");
}

// Defect C13 of the Go etr, docs/compatibility.md.
TEST(TraceOptions, UnknownWordsAreRefused) {
  EXPECT_EQ(refusal([](auto& o) { o.log_level = "loud"; }),
            "log level must be debug, info, warn or error, not 'loud'");
  EXPECT_EQ(refusal([](auto& o) { o.family = "ipx"; }),
            "family must be any, ipv4 or ipv6, not 'ipx'");
}

}  // namespace
}  // namespace etr::pipeline
