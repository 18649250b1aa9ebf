#include "simulation/topology_file.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/transport.h"
#include "support/address.h"
#include "support/read_file.h"

namespace etr::simulation {
namespace {

using namespace std::chrono_literals;
using test::address;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A minimal topology; tests add to it.
constexpr std::string_view kHead = R"(
[source]
address = "192.0.2.1"
next = ["r1"]
[[target]]
id = "web"
address = ["203.0.113.9", "2001:db8::9"]
)";

absl::StatusOr<Network> parse(const std::string& rest) {
  return parse_topology(std::string(kHead) + rest, "net.toml");
}

// The head has seven lines, so `rest` begins on line 8.
std::string error_of(const std::string& rest) {
  const absl::StatusOr<Network> network = parse(rest);
  return network.ok() ? "no error" : std::string(network.status().message());
}

TEST(TopologyFile, ReadsNodesAndLinks) {
  absl::StatusOr<Network> network =
      parse_topology("seed = 9\nclock = \"virtual\"\n" + std::string(kHead) + R"(
[[router]]
id = "r1"
address = "10.0.0.1"
next = ["r2", { to = "web", weight = 2.5, delay = "5ms", return_delay = "7ms", loss = "20%", return_loss = 0.1, mtu = 1400 }]
[[router]]
id = "r2"
next = "web"
)",
                     "net.toml");
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->seed, 9U);
  EXPECT_TRUE(network->virtual_clock);
  EXPECT_THAT(network->source.addresses, ElementsAre(address("192.0.2.1")));
  ASSERT_EQ(network->routers.size(), 2U);
  const Router& r1 = network->routers[0];
  EXPECT_THAT(r1.addresses, ElementsAre(address("10.0.0.1")));
  ASSERT_EQ(r1.next.size(), 2U);
  EXPECT_EQ(r1.next[0].to, "r2");
  EXPECT_EQ(r1.next[0].forward.delay, 1ms);
  const Link& link = r1.next[1];
  EXPECT_EQ(link.to, "web");
  EXPECT_EQ(link.weight, 2.5);
  EXPECT_EQ(link.forward.delay, 5ms);
  EXPECT_EQ(link.back.delay, 7ms);
  EXPECT_EQ(link.forward.loss, 0.2);
  EXPECT_EQ(link.back.loss, 0.1);
  EXPECT_EQ(link.mtu, 1400);
  EXPECT_THAT(network->targets[0].addresses,
              ElementsAre(address("203.0.113.9"), address("2001:db8::9")));
}

TEST(TopologyFile, RangesMakeManyNodesAndLinks) {
  const absl::StatusOr<Network> network = parse(R"(
[[router]]
id = "r1"
next = ["b[1-2]"]
[[router]]
id = "b[1-2]"
address = "10.0.1.{1}"
name = "b{1}.example"
next = ["c{1}.[1-3]"]
[[router]]
id = "c[1-2].[1-3]"
address = "10.1.{1}.{2}"
next = ["web"]
)");
  ASSERT_TRUE(network.ok()) << network.status();
  ASSERT_EQ(network->routers.size(), 9U);
  Network copy = *network;
  const Router* b2 = find_router(copy, "b2");
  ASSERT_NE(b2, nullptr);
  EXPECT_THAT(b2->addresses, ElementsAre(address("10.0.1.2")));
  ASSERT_EQ(b2->next.size(), 3U);
  EXPECT_EQ(b2->next[0].to, "c2.1");
  EXPECT_EQ(b2->next[2].to, "c2.3");
  EXPECT_THAT(find_router(copy, "c2.3")->addresses, ElementsAre(address("10.1.2.3")));
  EXPECT_EQ(network->names.at(address("10.0.1.2")), "b2.example");
}

TEST(TopologyFile, DefaultsHoldWhereNothingElseIsGiven) {
  const absl::StatusOr<Network> network = parse(R"(
[defaults.link]
delay = "9ms"
jitter = "1ms"
[defaults.router]
limit = "linux"
initial_ttl = 255
[[router]]
id = "r1"
limit = { per_second = 100, burst = 100 }
next = [{ to = "r2", delay = "2ms" }]
[[router]]
id = "r2"
next = ["web"]
)");
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->source.next[0].back.delay, 9ms);
  EXPECT_EQ(network->routers[0].next[0].forward.delay, 2ms);
  EXPECT_EQ(network->routers[0].next[0].forward.jitter, 1ms);
  EXPECT_EQ(network->routers[0].limit->per_second, 100);
  EXPECT_EQ(network->routers[1].limit->per_second, 1);
  EXPECT_EQ(network->routers[1].limit->burst, 6);
  EXPECT_EQ(network->routers[1].initial_ttl, 255);
}

TEST(TopologyFile, ReadsWhatRoutersAndTargetsDo) {
  const absl::StatusOr<Network> network = parse(R"(
tcp = "closed"
tcp_ports = { 443 = "open", 25 = "filtered" }
filter_answer = "admin"
[[router]]
id = "r1"
next = ["web"]
balancing = "packet"
mpls = [16, { label = 17, traffic_class = 3, ttl = 9 }]
block = [{ protocol = "udp", port = 53, answer = { ipv4 = 10, ipv6 = 6 } }, { protocol = 47 }]
nat = { address = "198.51.100.1", ports = true, restores_quotes = false }
forge = { kind = "unknown-id", share = "50%", copies = 3, delay = "1s", from = "10.9.9.9" }
)");
  ASSERT_TRUE(network.ok()) << network.status();
  const Router& router = network->routers[0];
  EXPECT_EQ(router.balancing, Balancing::kPacket);
  EXPECT_THAT(router.mpls, ElementsAre(MplsLabel{16, 0, false, 1}, MplsLabel{17, 3, true, 9}));
  ASSERT_EQ(router.blocks.size(), 2U);
  EXPECT_EQ(router.blocks[0].protocol, 17);
  EXPECT_EQ(router.blocks[0].port, 53);
  EXPECT_EQ(router.blocks[0].answer->in(Family::kIpv4), 10);
  EXPECT_EQ(router.blocks[0].answer->in(Family::kIpv6), 6);
  EXPECT_EQ(router.blocks[1].protocol, 47);
  EXPECT_FALSE(router.blocks[1].answer);
  ASSERT_TRUE(router.nat);
  EXPECT_TRUE(router.nat->ports);
  EXPECT_FALSE(router.nat->restores_quotes);
  ASSERT_EQ(router.forgeries.size(), 1U);
  EXPECT_EQ(router.forgeries[0].kind, ForgeryKind::kUnknownId);
  EXPECT_EQ(router.forgeries[0].share, 0.5);
  EXPECT_EQ(router.forgeries[0].copies, 3U);
  const Target& target = network->targets[0];
  EXPECT_EQ(target.tcp, PortState::kClosed);
  EXPECT_EQ(target.tcp_ports.at(443), PortState::kOpen);
  EXPECT_EQ(target.tcp_ports.at(25), PortState::kFiltered);
  EXPECT_EQ(target.filter_answer->in(Family::kIpv6), 1);
}

TEST(TopologyFile, ChangesBuildOnEachOther) {
  absl::StatusOr<Network> network = parse(R"(
[[router]]
id = "r1"
next = ["m[1-2]"]
[[router]]
id = "m[1-2]"
address = "10.0.0.{1}"
next = ["web"]
[[change]]
at = "20s"
link = "r1 -> m2"
loss = 0.5
[[change]]
at = "10s"
node = "m[1-2]"
silent = true
[[change]]
at = "10s"
node = "r1"
limit = "linux"
[[change]]
at = "30s"
node = "web"
dark = true
[[change]]
at = "30s"
node = "source"
mtu = 1400
)");
  ASSERT_TRUE(network.ok()) << network.status();
  ASSERT_EQ(network->changes.size(), 6U);
  EXPECT_TRUE(std::get<Router>(network->changes[0].becomes).silent);
  EXPECT_EQ(std::get<Router>(network->changes[1].becomes).id, "m2");
  const auto& later = network->changes[3];
  EXPECT_EQ(later.at, 20s);
  const auto& r1 = std::get<Router>(later.becomes);
  EXPECT_EQ(r1.next[1].forward.loss, 0.5);
  EXPECT_TRUE(r1.limit) << "what 10 s brought is still there at 20 s";
  EXPECT_TRUE(std::get<Target>(network->changes[4].becomes).dark);
  EXPECT_EQ(std::get<Source>(network->changes[5].becomes).mtu, 1400);
}

TEST(TopologyFile, LinkChangesReachEveryLinkOfARange) {
  absl::StatusOr<Network> network = parse(R"(
[[router]]
id = "r1"
next = ["a[1-2]"]
[[router]]
id = "a[1-2]"
next = ["b{1}.[1-2]"]
[[router]]
id = "b[1-2].[1-2]"
next = ["web"]
[[change]]
at = "1s"
link = "a[1-2] -> b{1}.[1-2]"
down = true
)");
  ASSERT_TRUE(network.ok()) << network.status();
  ASSERT_EQ(network->changes.size(), 2U);
  for (const Change& change : network->changes) {
    for (const Link& link : std::get<Router>(change.becomes).next) EXPECT_TRUE(link.down);
  }
}

TEST(TopologyFile, FaultsStepsAndNamesAreRead) {
  const absl::StatusOr<Network> network =
      parse_topology("clock = \"virtual\"\n" + std::string(kHead) + R"(
[[router]]
id = "r1"
next = ["web"]
[[send_fault]]
from = "1s"
until = "2s"
share = "50%"
error = "network is down"
[[clock_step]]
at = "5s"
by = "-1h"
[names]
"203.0.113.9" = "www.example"
"2001:db8::9" = "www6.example"
)",
                     "net.toml");
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->send_faults[0].error, "network is down");
  EXPECT_EQ(network->clock_steps[0].by, -1h);
  EXPECT_EQ(network->names.at(address("2001:db8::9")), "www6.example");
  EXPECT_THAT(lookup(*network, "web"), ElementsAre(address("203.0.113.9"), address("2001:db8::9")));
  EXPECT_THAT(lookup(*network, "www.example"), ElementsAre(address("203.0.113.9")));
  EXPECT_THAT(lookup(*network, "nobody"), IsEmpty());
}

TEST(TopologyFile, ErrorsNamePlaceReasonAndNearestName) {
  const std::string r1 = "[[router]]\nid = \"r1\"\n";
  EXPECT_EQ(error_of(r1 + "slient = true\nnext = [\"web\"]"),
            "net.toml:10:1: unknown key 'slient'; did you mean 'silent'?");
  EXPECT_EQ(error_of(r1 + "next = [\"wbe\"]"),
            "net.toml:10:9: there is no node 'wbe'; did you mean 'web'?");
  EXPECT_EQ(error_of(r1 + "next = [{ to = \"web\", dealy = \"1ms\" }]"),
            "net.toml:10:23: unknown key 'dealy'; did you mean 'delay'?");
  EXPECT_EQ(error_of(r1 + "next = [{ to = \"web\", loss = 2 }]"),
            "net.toml:10:30: write a share from 0 to 1, or a percentage such as \"20%\"");
  EXPECT_EQ(error_of(r1 + "next = [{ delay = \"1ms\" }]"),
            "net.toml:10:9: a link needs a destination: to = \"ID\"");
  EXPECT_EQ(error_of(r1 + "balancing = \"flwo\""),
            "net.toml:10:13: 'flwo' is not one of flow, addresses, packet; did you mean 'flow'?");
  EXPECT_EQ(error_of(r1 + "address = \"10.0.0.300\""),
            "net.toml:10:11: '10.0.0.300' is not an IP address");
  EXPECT_EQ(error_of(r1 + "address = [\"10.0.0.1\", \"10.0.0.2\"]"),
            "net.toml:10:24: more than one address of a family");
  EXPECT_EQ(error_of(r1 + "initial_ttl = 0"), "net.toml:10:15: write a whole number from 1 to 255");
  EXPECT_EQ(error_of(r1 + "answer_delay = \"5\""),
            "net.toml:10:16: '5' lacks a unit: write 5s or 5ms, for example");
  EXPECT_EQ(error_of(r1 + "name = \"x{1}\""), "net.toml:10:8: 'x{1}': the name has 0 ranges");
  EXPECT_EQ(error_of("[[router]]\naddress = \"10.0.0.1\""), "net.toml:8:1: [[router]] needs an id");
  EXPECT_EQ(error_of("[[router]]\nid = \"r[3-1]\""),
            "net.toml:9:6: 'r[3-1]' is not a range of names such as core[1-4]");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[router]]\nid = \"web\""),
            "net.toml:6:6: there is already a node 'web'");
  EXPECT_EQ(error_of("[routers]\n"), "net.toml:8:2: unknown key 'routers'; did you mean 'router'?");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[change]]\nat = \"1s\"\nnode = \"r2\""),
            "net.toml:13:8: there is no node 'r2'; did you mean 'r1'?");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[change]]\nat = \"1s\"\nlink = \"web -> r1\""),
            "net.toml:13:8: 'web' is a target, which has no links");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[change]]\nat = \"1s\"\nsilent = true"),
            "net.toml:11:1: a change needs node = \"ID\" or link = \"ID -> ID\"");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[change]]\nat = \"1s\"\nnode = \"r1\"\nlink = "
                          "\"r1 -> web\""),
            "net.toml:11:1: a change has node = \"ID\" or link = \"ID -> ID\", not both");
  EXPECT_EQ(error_of(r1 + "next = [\"web\"]\n[[clock_step]]\nat = \"1s\"\nby = \"1h\""),
            "net.toml:11:1: a clock in real time cannot be stepped: write clock = \"virtual\"");
  EXPECT_EQ(error_of("[[router]]\nid = \"r[1-5000]\"\nnext = [\"r[1-5000]\"]"),
            "net.toml:10:9: more than 200000 links");
  EXPECT_THAT(error_of("= 3"), HasSubstr("net.toml:8:1: "));
  EXPECT_THAT(error_of(r1 + "address = \"203.0.113.9\"\nnext = [\"web\"]"),
              HasSubstr("'r1' and 'web' have the same address 203.0.113.9"));
}

TEST(TopologyFile, MissingFileIsNamed) {
  EXPECT_EQ(read_topology("/nowhere/net.toml").status().message(),
            "cannot open topology /nowhere/net.toml: No such file or directory");
}

std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::filesystem::path(ETR_SOURCE_DIR) / "examples/networks";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
  return files;
}

/// The number of paths that the flows of a thousand ports take to the target.
std::size_t paths_of(const std::string& name) {
  absl::StatusOr<Network> network =
      read_topology(std::filesystem::path(ETR_SOURCE_DIR) / "examples/networks" / name);
  if (!network.ok()) return 0;
  const SimulatedTransport sim(*network);
  std::set<std::vector<std::optional<IpAddress>>> paths;
  transport::Endpoints flow;
  flow.destination = network->targets[0].addresses[0];
  flow.protocol = 17;
  flow.destination_port = 33434;
  for (std::uint16_t port = 50000; port < 51000; ++port) {
    flow.source_port = port;
    paths.insert(sim.path(flow));
    EXPECT_EQ(paths.rbegin()->back(), flow.destination) << name;
  }
  return paths.size();
}

TEST(TopologyFile, ExamplesAreValidAndHaveThePathsTheyPromise) {
  for (const std::filesystem::path& file : examples()) {
    const absl::StatusOr<Network> network = read_topology(file);
    EXPECT_TRUE(network.ok()) << network.status();
  }
  EXPECT_EQ(paths_of("diamond16.toml"), 16U);
  EXPECT_EQ(paths_of("nested4x4.toml"), 16U);
  EXPECT_EQ(paths_of("lossy.toml"), 4U);
  EXPECT_EQ(paths_of("unequal.toml"), 2U);
  EXPECT_EQ(paths_of("mpls.toml"), 2U);
  EXPECT_EQ(paths_of("ipv6.toml"), 8U);
  EXPECT_EQ(paths_of("demo.toml"), 32U);
}

// The section of the documentation whose heading contains a name, up to the next heading.
std::string section(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  std::string line;
  std::string found;
  bool inside = false;
  while (std::getline(lines, line)) {
    if (line.starts_with("#")) inside = line.find(name) != std::string::npos;
    if (inside) found += line + "\n";
  }
  return found;
}

TEST(TopologyFile, DocumentationExplainsEveryKey) {
  const std::string text = test::read_file(ETR_SOURCE_DIR "/docs/topology-file.md");
  for (const TopologyTable& table : topology_tables()) {
    const std::string heading = table.name.empty() ? "The file" : table.name;
    const std::string part = section(text, heading);
    EXPECT_FALSE(part.empty()) << "no section for " << heading;
    for (const std::string& key : table.keys) {
      EXPECT_THAT(part, HasSubstr("`" + key)) << "in the section for " << heading;
    }
  }
}

TEST(TopologyFile, DocumentedExamplesAreValid) {
  const std::string all = test::read_file(ETR_SOURCE_DIR "/docs/topology-file.md");
  const std::string fence = "```toml\n";
  std::size_t count = 0;
  for (std::size_t at = all.find(fence); at != std::string::npos; at = all.find(fence, at)) {
    at += fence.size();
    const std::string block = all.substr(at, all.find("```", at) - at);
    const absl::StatusOr<Network> network = parse_topology(block, "topology-file.md");
    EXPECT_TRUE(network.ok()) << network.status() << "\n" << block;
    ++count;
  }
  EXPECT_GE(count, 1U);
}

}  // namespace
}  // namespace etr::simulation
