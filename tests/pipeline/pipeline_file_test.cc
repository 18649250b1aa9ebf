#include "pipeline/pipeline_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace etr::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

PipelineConfig read(const std::string& text) {
  const auto config = parse_pipeline(text, "/etc/etr/p.toml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : PipelineConfig{};
}

std::string error_of(const std::string& text) {
  const auto config = parse_pipeline(text, "p.toml");
  EXPECT_FALSE(config.ok()) << text;
  return std::string(config.status().message());
}

TEST(PipelineFile, RefusesTheCaptureBuffer) {
  EXPECT_THAT(error_of("[trace]\ncapture_buffer = 8\n"),
              AllOf(StartsWith("p.toml:2:1: "), HasSubstr("--capture-buffer")));
}

TEST(PipelineFile, ReadsEveryTable) {
  const PipelineConfig config = read(R"(
[trace]
flows = 64
round_interval = "1m30s"
rate = 50
resolve = false
family = "ipv6"
[prober]
use = "udp-length"
[hasher]
use = "sha256"
[view]
use = "plain"
width = 100
[[sink]]
use = "ndjson"
path = "a.ndjson"
[[sink]]
use = "ndjson"
path = "b.ndjson"
events = true
[plugins]
path = ["plugins", "/opt/etr"]
)");
  EXPECT_EQ(config.trace.flows, 64);
  EXPECT_EQ(config.trace.round_interval, 90s);
  EXPECT_EQ(config.trace.rate, 50.0);
  EXPECT_FALSE(config.trace.resolve);
  EXPECT_EQ(config.prober.name, "udp-length");
  EXPECT_EQ(config.hasher.name, "sha256");
  ASSERT_TRUE(config.view);
  EXPECT_EQ(config.view->options.at(0), (plugin::RawOption{"width", std::int64_t{100}, ""}));
  ASSERT_EQ(config.sinks.size(), 2U);
  EXPECT_EQ(config.sinks[1].where, "/etc/etr/p.toml:19:7");
  ASSERT_EQ(config.plugin_folders.size(), 2U);
  EXPECT_EQ(config.plugin_folders[0].path, "/etc/etr/plugins");
  EXPECT_EQ(config.plugin_folders[1].path, "/opt/etr");
}

TEST(PipelineFile, AnEmptyFileIsTheDefaultsWithoutAView) { EXPECT_EQ(read(""), PipelineConfig{}); }

TEST(PipelineFile, APluginFolderMayBeASingleString) {
  EXPECT_EQ(read("[plugins]\npath = \"x\"\n").plugin_folders.at(0).path, "/etc/etr/x");
}

TEST(PipelineFile, ASimulatedNetworkIsRelativeToTheFile) {
  EXPECT_EQ(read("[trace]\nsimulate = \"../net.toml\"\n").trace.simulate, "/etc/net.toml");
  EXPECT_EQ(read("[trace]\nsimulate = \"\"\n").trace.simulate, "");
}

TEST(PipelineFile, MalformedTomlIsReportedWithItsPlace) {
  EXPECT_THAT(error_of("[trace]\nflows =\n"), StartsWith("p.toml:2:8: "));
  EXPECT_THAT(error_of("[trace"), StartsWith("p.toml:1:7: "));
}

TEST(PipelineFile, AnUnknownTableOrKeyGetsTheNearestName) {
  EXPECT_EQ(error_of("[tarce]\nflows = 1\n"),
            "p.toml:1:2: unknown table 'tarce'; did you mean 'trace'?");
  EXPECT_EQ(error_of("flows = 1\n"), "p.toml:1:1: unknown key 'flows'");
  EXPECT_EQ(error_of("[trace]\nflow = 1\n"),
            "p.toml:2:1: unknown option 'flow'; did you mean 'flows'?");
  EXPECT_EQ(error_of("[plugins]\npaths = []\n"),
            "p.toml:2:1: unknown key 'paths'; did you mean 'path'?");
}

TEST(PipelineFile, AFlagsNameAsKeyGetsOurs) {
  EXPECT_EQ(error_of("[trace]\nparallel_probes = 1\n"),
            "p.toml:2:1: unknown option 'parallel_probes'; did you mean 'flows'?");
}

TEST(PipelineFile, AWrongTypeIsReportedWithItsPlace) {
  EXPECT_EQ(error_of("[trace]\nflows = \"many\"\n"),
            "p.toml:2:1: option 'flows': expected a whole number, not \"many\"");
  EXPECT_EQ(error_of("[trace]\ntimeout = 5\n"),
            "p.toml:2:1: option 'timeout': expected a duration such as \"250ms\", not 5");
  EXPECT_EQ(error_of("[trace]\ntimeout = \"5\"\n"),
            "p.toml:2:1: option 'timeout': '5' lacks a unit: write 5s or 5ms, for example");
  EXPECT_EQ(error_of("[prober]\nuse = 5\n"), "p.toml:2:7: 'use' is the name of a plugin, a string");
  EXPECT_EQ(error_of("[[sink]]\nuse = \"csv\"\npath = [\"a\", 5]\n"),
            "p.toml:3:14: 'path': a list holds strings only");
  EXPECT_EQ(error_of("[trace]\ntimeout = [\"5s\"]\n"),
            "p.toml:2:1: option 'timeout': expected a duration such as \"250ms\", not [\"5s\"]");
  EXPECT_EQ(error_of("[trace]\nflows = 1979-05-27\n"),
            "p.toml:2:9: 'flows' cannot be a date or time");
}

TEST(PipelineFile, SuggestsTheRightShape) {
  EXPECT_EQ(error_of("trace = 5\n"), "p.toml:1:1: 'trace' is a table: write [trace]");
  EXPECT_EQ(error_of("[sink]\nuse = \"csv\"\n"),
            "p.toml:1:2: there can be several sinks: write [[sink]]");
  EXPECT_EQ(error_of("sink = [5]\n"), "p.toml:1:9: a sink is a table: write [[sink]]");
  EXPECT_THAT(error_of("[[sink]]\npath = \"x\"\n"),
              HasSubstr("no plugin is named: write use = \"NAME\""));
  EXPECT_THAT(error_of("[view]\n"), HasSubstr("no plugin is named"));
  EXPECT_EQ(error_of("[plugins]\npath = 3\n"), "p.toml:2:8: 'path' is a list of folders");
  EXPECT_EQ(error_of("[plugins]\npath = [3]\n"), "p.toml:2:9: a plugin folder is a string");
}

TEST(PipelineFile, AnExplicitPort0IsRefused) {
  EXPECT_THAT(error_of("[trace]\ndest_port = 0\n"),
              HasSubstr("destination port must be between 1 and 65535"));
}

TEST(PipelineFile, AFileThatCannotBeReadIsNamedWithTheReason) {
  EXPECT_EQ(std::string(read_pipeline("/nowhere/p.toml").status().message()),
            "cannot open pipeline /nowhere/p.toml: No such file or directory");
  EXPECT_THAT(std::string(read_pipeline("/tmp").status().message()), HasSubstr("is a directory"));
}

TEST(PipelineFile, WhatItWritesReadsBackEqual) {
  PipelineConfig config = read(R"(
[trace]
flows = 7
dest_port = 8443
timeout = "1500ms"
rate = 0.1
source = "192.0.2.1"
log = "a \"quoted\" \\ name\n.log"
[prober]
use = "x"
number = 1.0
[view]
use = "plain"
[[sink]]
use = "csv"
path = "-"
[[sink]]
use = "ndjson"
events = true
limit = -5
[plugins]
path = ["a", "b c"]
)");
  EXPECT_EQ(read(to_toml(config)), config) << to_toml(config);
  EXPECT_EQ(read(to_toml(PipelineConfig{})), PipelineConfig{});
}

}  // namespace
}  // namespace etr::pipeline
