// Networks for tests, as plain data to be changed further before a SimulatedTransport plays them:
//
//   Network network = diamond(16);
//   link(network, "a1", "b1").forward.loss = 0.2;
//   change<Router>(network, 5s, "r2", [](Router& router) { router.silent = true; });
//   SimulatedTransport transport(network);
//
// All are on the virtual clock, links take 1 ms each way, and the target's TCP ports are open, its
// UDP ports closed. Routers have IPv4 addresses 10.0.<tier>.<number in tier> and IPv6 addresses
// 2001:db8::<tier>:<number in tier>; the target is 203.0.113.9 and 2001:db8:ffff::9.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/str_format.h"
#include "etr/ip_address.h"
#include "simulation/network.h"
#include "support/address.h"
#include "transport/transport.h"

namespace etr::simulation::testing {

using test::address;

inline const IpAddress& source_address(Family family = Family::kIpv4) {
  static const IpAddress kV4 = address("192.0.2.1");
  static const IpAddress kV6 = address("2001:db8::1");
  return family == Family::kIpv4 ? kV4 : kV6;
}

inline const IpAddress& target_address(Family family = Family::kIpv4) {
  static const IpAddress kV4 = address("203.0.113.9");
  static const IpAddress kV6 = address("2001:db8:ffff::9");
  return family == Family::kIpv4 ? kV4 : kV6;
}

inline IpAddress router_address(unsigned tier, unsigned number = 1, Family family = Family::kIpv4) {
  return address(family == Family::kIpv4 ? absl::StrFormat("10.0.%u.%u", tier, number)
                                         : absl::StrFormat("2001:db8::%x:%x", tier, number));
}

inline Router router(const std::string& id, unsigned tier, unsigned number = 1) {
  Router made;
  made.id = id;
  made.addresses = {router_address(tier, number), router_address(tier, number, Family::kIpv6)};
  return made;
}

inline Link to(const std::string& id, Duration delay = std::chrono::milliseconds(1)) {
  Link link;
  link.to = id;
  link.forward.delay = delay;
  link.back.delay = delay;
  return link;
}

/// A network of a source and a target, not yet connected. Ids: "source", "target".
inline Network empty_network() {
  Network network;
  network.virtual_clock = true;
  network.source.addresses = {source_address(), source_address(Family::kIpv6)};
  Target target;
  target.id = "target";
  target.addresses = {target_address(), target_address(Family::kIpv6)};
  network.targets.push_back(target);
  return network;
}

/// The links of a router, or of "source".
inline std::vector<Link>& links(Network& network, std::string_view from) {
  std::vector<Link>* found = find_links(network, from);
  assert(found != nullptr);
  return *found;
}

/// The link from one node to another. REQUIRES: it exists.
inline Link& link(Network& network, std::string_view from, std::string_view to) {
  for (Link& candidate : links(network, from)) {
    if (candidate.to == to) return candidate;
  }
  assert(false && "no such link");
  return links(network, from).front();
}

/// Tiers of routers, each connected to all of the next, between source and target. Routers are
/// called "r<tier>" where they are alone in it, otherwise "r<tier>.<number>", from 1.
inline Network tiers(const std::vector<unsigned>& widths,
                     Duration delay = std::chrono::milliseconds(1)) {
  Network network = empty_network();
  std::vector<std::string> before{"source"};
  for (unsigned tier = 1; tier <= widths.size(); ++tier) {
    std::vector<std::string> ids;
    for (unsigned number = 1; number <= widths[tier - 1]; ++number) {
      ids.push_back(widths[tier - 1] == 1 ? absl::StrFormat("r%u", tier)
                                          : absl::StrFormat("r%u.%u", tier, number));
      network.routers.push_back(router(ids.back(), tier, number));
    }
    for (const std::string& from : before) {
      for (const std::string& id : ids) links(network, from).push_back(to(id, delay));
    }
    before = ids;
  }
  for (const std::string& from : before) links(network, from).push_back(to("target", delay));
  return network;
}

/// `routers` routers in a row, "r1" to "r<n>"; the target is at TTL n + 1.
inline Network line(unsigned routers, Duration delay = std::chrono::milliseconds(1)) {
  return tiers(std::vector<unsigned>(routers, 1), delay);
}

/// r1, then `width` routers side by side, then r3; the target is at TTL 4.
inline Network diamond(unsigned width, Duration delay = std::chrono::milliseconds(1)) {
  return tiers({1, width, 1}, delay);
}

/// r1 over `outer` routers r2.<i>, each over its own `inner` routers r3.<i>.<j>, to r4: outer *
/// inner paths, all of the same length; the target is at TTL 5.
inline Network nested(unsigned outer, unsigned inner,
                      Duration delay = std::chrono::milliseconds(1)) {
  Network network = empty_network();
  network.routers = {router("r1", 1), router("r4", 4)};
  network.source.next = {to("r1", delay)};
  for (unsigned i = 1; i <= outer; ++i) {
    const std::string branch = absl::StrFormat("r2.%u", i);
    network.routers.push_back(router(branch, 2, i));
    links(network, "r1").push_back(to(branch, delay));
    for (unsigned j = 1; j <= inner; ++j) {
      const std::string leaf = absl::StrFormat("r3.%u.%u", i, j);
      network.routers.push_back(router(leaf, 3, (i - 1) * inner + j));
      links(network, branch).push_back(to(leaf, delay));
      links(network, leaf).push_back(to("r4", delay));
    }
  }
  links(network, "r4").push_back(to("target", delay));
  return network;
}

/// r1 balances over a short branch (s1) and one of three routers (l1, l2, l3), which meet at r5:
/// the target is at TTL 4 or 6.
inline Network unequal(Duration delay = std::chrono::milliseconds(1)) {
  Network network = empty_network();
  network.routers = {router("r1", 1),    router("s1", 2, 1), router("l1", 2, 2),
                     router("l2", 3, 2), router("l3", 4, 2), router("r5", 5)};
  network.source.next = {to("r1", delay)};
  links(network, "r1") = {to("s1", delay), to("l1", delay)};
  links(network, "s1") = {to("r5", delay)};
  links(network, "l1") = {to("l2", delay)};
  links(network, "l2") = {to("l3", delay)};
  links(network, "l3") = {to("r5", delay)};
  links(network, "r5") = {to("target", delay)};
  return network;
}

/// The node of a type and id in its state after all changes so far.
template <class Node>
Node latest(const Network& network, std::string_view id) {
  Network copy = network;
  const Node* found = nullptr;
  for (const Change& change : network.changes) {
    const Node* changed = std::get_if<Node>(&change.becomes);
    if (changed != nullptr && changed->id == id) found = changed;
  }
  if (found != nullptr) return *found;
  if constexpr (std::is_same_v<Node, Router>) {
    return *find_router(copy, id);
  } else {
    return *find_target(copy, id);
  }
}

/// From `at` on, the node is as `edit` makes it, starting from its previous state. Call in the
/// order of time. Node is Router or Target; for links: edit router.next.
template <class Node, class Edit>
void change(Network& network, Duration at, std::string_view id, const Edit& edit) {
  Node node = latest<Node>(network, id);
  edit(node);
  network.changes.push_back({at, std::move(node)});
}

/// The same for the tracing host: its uplinks, MTU, firewall.
template <class Edit>
void change_source(Network& network, Duration at, const Edit& edit) {
  Source source = network.source;
  for (const Change& change : network.changes) {
    if (const Source* changed = std::get_if<Source>(&change.becomes)) source = *changed;
  }
  edit(source);
  network.changes.push_back({at, std::move(source)});
}

/// A flow from the source to the target.
inline transport::Endpoints flow_to_target(std::uint16_t source_port, std::uint8_t protocol = 17,
                                           std::uint16_t destination_port = 33434,
                                           Family family = Family::kIpv4) {
  return {source_address(family), target_address(family), protocol, source_port, destination_port};
}

}  // namespace etr::simulation::testing
