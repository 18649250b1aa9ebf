#include "pipeline/backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "pipeline/targets.h"
#include "support/address.h"
#include "support/temporary_folder.h"
#include "trace/engine.h"

namespace etr::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kNetworks = ETR_SOURCE_DIR "/examples/networks";

std::string message(const absl::Status& status) { return std::string(status.message()); }

absl::StatusOr<std::unique_ptr<Backend>> make(TraceOptions options,
                                              transport::RawDescriptors descriptors = {}) {
  return make_backend(options, kNetworks, std::move(descriptors));
}

TraceOptions simulate(const std::string& network) {
  TraceOptions options;
  options.simulate = network;
  return options;
}

/// A simulated network that has been opened.
std::unique_ptr<Backend> opened(const std::string& network) {
  auto backend = make(simulate(network));
  EXPECT_TRUE(backend.ok()) << backend.status();
  const auto transport = (*backend)->open();
  EXPECT_TRUE(transport.ok()) << transport.status();
  return *std::move(backend);
}

std::vector<std::string> names_of(const std::vector<trace::Target>& targets) {
  std::vector<std::string> names;
  for (const trace::Target& target : targets) names.push_back(target.name);
  return names;
}

TEST(Backend, IsRealUnlessANetworkIsSimulated) {
  EXPECT_TRUE((*make({}))->is_real());
  EXPECT_FALSE((*make(simulate("diamond16")))->is_real());
}

TEST(Backend, NameOfAnInstalledNetworkBecomesItsFile) {
  TraceOptions options = simulate("diamond16");
  ASSERT_TRUE(make_backend(options, kNetworks, {}).ok());
  EXPECT_EQ(options.simulate, (kNetworks / "diamond16.toml").string());
}

TEST(Backend, RefusesANetworkThatIsNotThere) {
  EXPECT_THAT(message(make(simulate("diamond61")).status()), HasSubstr("no network 'diamond61'"));
}

TEST(Backend, RefusesInterfaceAndSourceInASimulatedNetwork) {
  TraceOptions with_interface = simulate("diamond16");
  with_interface.interface = "eth0";
  TraceOptions with_source = simulate("diamond16");
  with_source.source = "192.0.2.1";
  for (const TraceOptions& options : {with_interface, with_source}) {
    EXPECT_THAT(message(make(options).status()), HasSubstr("omit --interface"));
  }
}

TEST(Backend, OpeningFailsWhereAFileIsNoTopology) {
  const test::TemporaryFolder folder;
  auto backend = make(simulate(folder.file("none.toml")));
  ASSERT_TRUE(backend.ok()) << "nothing is read before open()";
  EXPECT_THAT(message((*backend)->open().status()), HasSubstr("none.toml"));
}

TEST(Backend, SimulatedNetworkHasTargetsOfItsOwn) {
  const auto backend = opened("diamond16");
  const auto all = backend->find_targets({}, {});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(names_of(*all), ElementsAre("target"));
  const auto named = backend->find_targets(names_of(*all), {});
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->front().destination, all->front().destination);
  EXPECT_THAT(message(backend->find_targets({"nowhere"}, {}).status()),
              HasSubstr("cannot resolve 'nowhere': not in the simulated network"));
}

TEST(Backend, SimulatedTargetWithoutAnAddressOfTheFamilyIsRefused) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("net.toml");
  std::ofstream(file) << "[source]\naddress = \"192.0.2.1\"\nnext = \"target\"\n"
                         "[[target]]\nid = \"target\"\naddress = \"203.0.113.9\"\n";
  const auto backend = opened(file);
  EXPECT_EQ(message(backend->find_targets({"target"}, Family::kIpv6).status()),
            "'target' has no IPv6 address");
}

TEST(Backend, SimulatedNetworkNamesItsAddresses) {
  const auto backend = opened("demo");
  const auto targets = backend->find_targets({}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  const auto names = backend->make_names();
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_NE((*names)->name(targets->front().destination), "");
}

TEST(Backend, RealOneReportsWhyItCannotOpenSockets) {
  transport::RawDescriptors refused;
  refused.status = absl::PermissionDeniedError("CAP_NET_RAW is missing");
  const auto backend = make({}, std::move(refused));
  ASSERT_TRUE(backend.ok()) << "only open() needs them";
  EXPECT_EQ(message((*backend)->open().status()), "CAP_NET_RAW is missing");
}

TEST(Backend, RealOneTakesAddressesAsTheyAre) {
  const auto backend = make({});
  const auto targets = (*backend)->find_targets({"203.0.113.9", "2001:db8::9"}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_THAT(names_of(*targets), ElementsAre("203.0.113.9", "2001:db8::9"));
  EXPECT_THAT(names_of(*(*backend)->find_targets({}, {})), IsEmpty());
}

TEST(Backend, Ipv4MappedTargetIsTracedAsIpv4) {
  const auto backend = make({});
  const auto targets = (*backend)->find_targets({"::ffff:203.0.113.9"}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(targets->front().name, "::ffff:203.0.113.9");
  EXPECT_EQ(targets->front().destination, test::address("203.0.113.9"));
  EXPECT_THAT(message((*backend)->find_targets({"::ffff:203.0.113.9"}, Family::kIpv6).status()),
              HasSubstr("has no IPv6 address"));
}

TEST(Backend, TargetsHaveThePortsThatAreWritten) {
  const auto real = make({});
  const auto targets = (*real)->find_targets({"203.0.113.9:80", "[2001:db8::9]:81"}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(targets->front().port, 80);
  EXPECT_EQ(targets->back().port, 81);
  EXPECT_TRUE(check_distinct(*targets).ok());
  const auto simulated = opened("diamond16")->find_targets({"target:80", "target.:81"}, {});
  ASSERT_TRUE(simulated.ok()) << simulated.status();
  EXPECT_EQ(simulated->front().port, 80);
  EXPECT_EQ(simulated->back().name, "target.:81");
  EXPECT_TRUE(check_distinct(*simulated).ok());
  const auto twice = (*real)->find_targets({"203.0.113.9", "[::ffff:203.0.113.9]"}, {});
  EXPECT_THAT(message(check_distinct(*twice)), HasSubstr("are the same host"));
}

TEST(Backend, ZoneOfATargetIsItsInterface) {
  const auto backend = make({});
  const auto targets = (*backend)->find_targets({"fe80::2%lo", "[fe80::2%1]:80"}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(targets->front().interface, "lo");
  EXPECT_EQ(targets->front().name, "fe80::2%lo");
  EXPECT_EQ(targets->back().interface, "lo");
  const auto refusal = [&](const std::string& host) {
    return message((*backend)->find_targets({host}, {}).status());
  };
  EXPECT_THAT(refusal("fe80::2%nosuch0"), HasSubstr("'fe80::2%nosuch0': no interface 'nosuch0'"));
  EXPECT_THAT(refusal("2001:db8::2%lo"), HasSubstr("use --interface lo"));
  EXPECT_THAT(refusal("fe80::2"), HasSubstr("as in fe80::2%eth0, or give --interface"));
}

TEST(Backend, TargetsOnDifferentLinksAreDistinct) {
  trace::Target here{"fe80::2%a", test::address("fe80::2"), 443, "a"};
  trace::Target there{"fe80::2%b", test::address("fe80::2"), 443, "b"};
  EXPECT_TRUE(check_distinct({here, there}).ok());
  EXPECT_FALSE(check_distinct({here, here}).ok());
}

TEST(Backend, OnlyASimulatedNetworkBringsTargets) {
  EXPECT_FALSE(brings_targets({}));
  Overrides flags;
  flags.trace.push_back({"source", plugin::FlagText{"192.0.2.1"}, "--source"});
  EXPECT_FALSE(brings_targets(flags));
  flags.trace.push_back({"simulate", plugin::FlagText{"demo"}, "--simulate"});
  EXPECT_TRUE(brings_targets(flags));
}

}  // namespace
}  // namespace etr::pipeline
