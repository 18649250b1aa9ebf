#include "pipeline/pipeline_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/pipeline_file.h"

namespace etr::pipeline {
namespace {

namespace fs = std::filesystem;
using plugin::FlagText;
using plugin::PluginUse;
using plugin::RawOption;
using testing::ElementsAre;
using testing::HasSubstr;

PipelineConfig with_view() {
  PipelineConfig config;
  config.view = PluginUse{"plain", {}, "", ""};
  return config;
}

Overrides setting(const std::string& name, const std::string& value) {
  Overrides overrides;
  overrides.sets.push_back({name, FlagText{value}, "--set"});
  return overrides;
}

std::string error_of(const PipelineConfig& config, const Overrides& overrides) {
  const auto result = override_config(config, overrides);
  EXPECT_FALSE(result.ok());
  return std::string(result.status().message());
}

TEST(PipelineConfig, AFlagOverridesTheFile) {
  PipelineConfig config = with_view();
  config.trace.flows = 9;
  config.trace.max_ttl = 12;
  Overrides overrides;
  overrides.trace.push_back({"flows", FlagText{"3"}, "--parallel-probes"});
  const auto result = override_config(config, overrides);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->trace.flows, 3);
  EXPECT_EQ(result->trace.max_ttl, 12);
}

TEST(PipelineConfig, AFlagWinsOverSet) {
  Overrides overrides = setting("trace.flows", "8");
  overrides.trace.push_back({"flows", FlagText{"3"}, "--parallel-probes"});
  EXPECT_EQ(override_config(with_view(), overrides)->trace.flows, 3);
}

TEST(PipelineConfig, SetReachesEveryTable) {
  PipelineConfig config = with_view();
  config.sinks = {{"csv", {}, "", ""}, {"ndjson", {}, "", ""}};
  Overrides overrides = setting("trace.flows", "8");
  overrides.sets.push_back({"prober.a", FlagText{"1"}, "--set"});
  overrides.sets.push_back({"hasher.b", FlagText{"2"}, "--set"});
  overrides.sets.push_back({"view.c", FlagText{"3"}, "--set"});
  overrides.sets.push_back({"sink.ndjson.path", FlagText{"x=y.z"}, "--set"});
  const auto result = override_config(config, overrides);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->trace.flows, 8);
  EXPECT_EQ(result->prober.options.at(0), (RawOption{"a", FlagText{"1"}, ""}));
  EXPECT_EQ(result->hasher.options.at(0), (RawOption{"b", FlagText{"2"}, ""}));
  EXPECT_EQ(result->view->options.at(0), (RawOption{"c", FlagText{"3"}, ""}));
  EXPECT_TRUE(result->sinks[0].options.empty());
  EXPECT_EQ(result->sinks[1].options.at(0), (RawOption{"path", FlagText{"x=y.z"}, ""}));
}

TEST(PipelineConfig, SetErrorsNameTheReason) {
  EXPECT_EQ(error_of(with_view(), setting("flows", "1")), "--set flows: write table.key=value");
  EXPECT_EQ(error_of(with_view(), setting("tarce.flows", "1")),
            "--set tarce.flows: there is no table 'tarce'; did you mean 'trace'?");
  EXPECT_EQ(error_of(with_view(), setting("sink.csv.path", "1")),
            "--set sink.csv.path: this pipeline has no sink 'csv'");
  EXPECT_EQ(error_of(with_view(), setting("sink.path", "1")),
            "--set sink.path: write sink.NAME.key=value");
  EXPECT_EQ(error_of(with_view(), setting("trace.flows", "x")),
            "--set: option 'flows': expected a whole number, not 'x'");
}

TEST(PipelineConfig, NamingTheSamePluginKeepsItsOptions) {
  PipelineConfig config = with_view();
  config.view->options.push_back({"width", std::int64_t{80}, ""});
  Overrides overrides;
  overrides.view = PluginUse{"plain", {}, "--view", ""};
  EXPECT_EQ(override_config(config, overrides)->view->options.size(), 1U);
  overrides.view = PluginUse{"tui", {}, "--view", ""};
  EXPECT_EQ(override_config(config, overrides)->view->options.size(), 0U);
}

TEST(PipelineConfig, StandardOutputLeavesNoRoomForAView) {
  Overrides overrides;
  overrides.no_view = true;
  overrides.sinks.push_back({"ndjson", {}, "--json", ""});
  const auto result = override_config(with_view(), overrides);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->view);
}

TEST(PipelineConfig, NeedsAViewOrASink) {
  PipelineConfig config;
  config.file = "mine.toml";
  EXPECT_THAT(error_of(config, {}), HasSubstr("mine.toml: no view and no sink"));
}

TEST(PipelineConfig, LabelsTwoSinksOfOnePluginDifferently) {
  PipelineConfig config = with_view();
  config.sinks = {{"csv", {}, "", ""}, {"ndjson", {}, "", ""}, {"csv", {}, "", ""}};
  const auto result = override_config(config, {});
  EXPECT_EQ(result->sinks[0].label, "sink 'csv' (no. 1)");
  EXPECT_EQ(result->sinks[1].label, "");
  EXPECT_EQ(result->sinks[2].label, "sink 'csv' (no. 2)");
}

std::string sinks_error(std::vector<PluginUse> sinks, const Overrides& overrides = {}) {
  PipelineConfig config = with_view();
  config.sinks = std::move(sinks);
  return error_of(config, overrides);
}

TEST(PipelineConfig, ANamedSinkIsAddressedByItsName) {
  PipelineConfig config = with_view();
  config.sinks = {{"csv", {{"as", std::string("archive"), "p.toml:3:1"}}, "", ""},
                  {"csv", {}, "", ""}};
  Overrides overrides = setting("sink.archive.path", "a");
  overrides.sets.push_back({"sink.csv.path", FlagText{"b"}, "--set"});
  const auto result = override_config(config, overrides);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->sinks[0].options, ElementsAre(RawOption{"path", FlagText{"a"}, ""}));
  EXPECT_THAT(result->sinks[1].options, ElementsAre(RawOption{"path", FlagText{"b"}, ""}));
  EXPECT_EQ(result->sinks[0].label, "sink 'archive'");
  EXPECT_THAT(to_toml(*result), HasSubstr("use = \"csv\"\nas = \"archive\"\npath = \"a\"\n"));
}

TEST(PipelineConfig, ASinkThatIsNotTheOnlyOneOfItsNameCannotBeSet) {
  const PluginUse csv{"csv", {}, "", ""};
  EXPECT_EQ(sinks_error({csv, csv}, setting("sink.csv.path", "a")),
            "--set sink.csv.path: several sinks are called 'csv': name them, as = \"NAME\"");
  const PluginUse named{"csv", {{"as", std::string("x"), "p.toml:3:1"}}, "", ""};
  EXPECT_EQ(sinks_error({named, named}), "p.toml:3:1: another sink is called 'x', too");
  const PluginUse dotted{"csv", {{"as", std::string("x.y"), "p.toml:3:1"}}, "", ""};
  EXPECT_EQ(sinks_error({dotted}), "p.toml:3:1: 'as' is a name of letters, digits, '-' and '_'");
}

TEST(PipelineConfig, AKeyGivenTwiceIsAnError) {
  Overrides overrides = setting("view.x", "1");
  overrides.sets.push_back({"view.x", FlagText{"2"}, "--set"});
  EXPECT_EQ(error_of(with_view(), overrides), "--set view.x: is given twice");
  const RawOption path{"path", FlagText{"a"}, "--sink"};
  EXPECT_EQ(sinks_error({{"csv", {path, path}, "", ""}}),
            "--sink: option 'path' is given twice (sink 'csv')");
  EXPECT_THAT(
      std::string(
          parse_pipeline("[view]\nuse = \"x\"\nuse = \"y\"\n", "p.toml").status().message()),
      testing::StartsWith("p.toml:3:"));
}

class FindInstalled : public testing::Test {
 protected:
  void SetUp() override {
    installed_ = fs::path(testing::TempDir()) / ("etr-pipelines-" + std::to_string(getpid()));
    fs::create_directories(installed_);
    for (const char* name : {"default.toml", "batch.toml"}) std::ofstream(installed_ / name) << "";
  }
  void TearDown() override { fs::remove_all(installed_); }
  fs::path find(const std::string& name) const {
    return find_installed("pipeline", name, installed_).value();
  }
  std::string refusal(const std::string& name) const {
    return std::string(find_installed("pipeline", name, installed_).status().message());
  }
  fs::path installed_;
};

TEST_F(FindInstalled, ABareNameIsLookedForAmongTheInstalled) {
  EXPECT_EQ(find("batch"), installed_ / "batch.toml");
  EXPECT_EQ(find("batch.toml"), installed_ / "batch.toml");
  EXPECT_EQ(find("default"), installed_ / "default.toml");
}

TEST_F(FindInstalled, ANameWithASlashIsAFile) { EXPECT_EQ(find("./batch"), "./batch"); }

// A folder with the name of an installed pipeline does not hide it; a folder with any other name is
// named as such, not reported as an unknown pipeline.
TEST_F(FindInstalled, AFolderIsNoPipelineButIsNamed) {
  fs::create_directories(installed_ / "here" / "batch");
  fs::create_directories(installed_ / "here" / "mine");
  const fs::path before = fs::current_path();
  fs::current_path(installed_ / "here");
  EXPECT_EQ(find("batch"), installed_ / "batch.toml");
  EXPECT_EQ(find("mine"), "mine");
  fs::current_path(before);
}

TEST_F(FindInstalled, AnUnknownNameGetsTheNearest) {
  EXPECT_THAT(refusal("bacth"), HasSubstr("no pipeline 'bacth', neither here nor in "));
  EXPECT_THAT(refusal("bacth"), HasSubstr("; did you mean 'batch'?"));
  EXPECT_THAT(refusal("xyzzyx"), HasSubstr("; installed are batch, default"));
}

std::string file_error(const std::string& trace, const Overrides& overrides = {}) {
  const auto config = parse_pipeline("[view]\nuse = \"plain\"\n[trace]\n" + trace, "p.toml");
  if (!config.ok()) return std::string(config.status().message());
  return std::string(override_config(*config, overrides).status().message());
}

TEST(PipelineConfig, NamesThePlaceOfATraceOptionOutOfRange) {
  EXPECT_EQ(file_error("flows = -3"),
            "p.toml:4:1: option 'flows': parallel probes must be at least 1");
  const std::pair<const char*, const char*> cases[] = {
      {"flows", "70000"},       {"source_port", "0"},
      {"dest_port", "0"},       {"dest_port", "65536"},
      {"count", "-1"},          {"max_ttl", "256"},
      {"ttl_delay", "\"-1s\""}, {"round_interval", "\"-1s\""},
      {"timeout", "\"0s\""},    {"rate", "-1"},
      {"family", "\"ipx\""},    {"source", "\"0.0.0.0\""},
      {"log_level", "\"loud\""}};
  for (const auto& [key, value] : cases) {
    EXPECT_THAT(file_error(std::string("resolve = false\n") + key + " = " + value),
                testing::StartsWith(std::string("p.toml:5:1: option '") + key + "': "));
  }
  EXPECT_THAT(file_error("source_port = 65535"),
              testing::StartsWith("p.toml:4:1: option 'source_port': "));
}

TEST(PipelineConfig, NamesTheFlagThatSetATraceOptionOutOfRange) {
  Overrides overrides;
  overrides.sets = {{"trace.flows", plugin::FlagText{"0"}, "--set"}};
  EXPECT_EQ(file_error("count = 1", overrides),
            "--set: option 'flows': parallel probes must be at least 1");
  overrides.sets.clear();
  overrides.trace = {{"flows", plugin::FlagText{"0"}, "--parallel-probes"}};
  EXPECT_EQ(file_error("flows = 3", overrides), "parallel probes must be at least 1")
      << "the message has the flag's own words";
}

}  // namespace
}  // namespace etr::pipeline
