#include "simulation/topology.h"

#include <algorithm>
#include <utility>

#include "simulation/random.h"

namespace etr::simulation {
namespace {

constexpr std::size_t kMaxHops = 255;

std::uint64_t hash_address(std::uint64_t hash, const IpAddress& address) {
  WireReader reader(address.octets);
  hash = mix(hash, reader.u64());
  return mix(hash, reader.u64());
}

std::uint64_t hash_flow(std::uint64_t seed, const FlowFields& flow, Balancing balancing) {
  std::uint64_t hash = hash_address(hash_address(seed, flow.source), flow.destination);
  if (balancing == Balancing::kAddresses) return hash;
  return mix(hash, std::uint64_t{flow.protocol} << 32U | std::uint64_t{flow.source_port} << 16U |
                       flow.destination_port);
}

}  // namespace

bool matches(const Block& block, const FlowFields& flow) {
  return (!block.protocol || *block.protocol == flow.protocol) &&
         (!block.port || *block.port == flow.destination_port);
}

Topology::Topology(Network network) : network_(std::move(network)) {
  const auto add = [this](const std::string& id, const std::vector<IpAddress>& addresses) {
    const auto node = static_cast<NodeIndex>(index_.size());
    index_.emplace(id, node);
    for (const IpAddress& address : addresses) owners_.emplace(address, node);
  };
  add("source", network_.source.addresses);
  // Where a router has a target's address, packets to that address go to the target.
  for (const Router& router : network_.routers) add(router.id, {});
  for (const Target& target : network_.targets) add(target.id, target.addresses);
  for (const Router& router : network_.routers) {
    for (const IpAddress& address : router.addresses)
      owners_.emplace(address, index_.at(router.id));
  }

  const auto connect = [this](NodeIndex node, const std::vector<Link>& links, Balancing balancing,
                              std::uint64_t hash_seed, const std::string& id) {
    for (const Link& link : links) links_[node].push_back({&link, index_.at(link.to)});
    balancing_[node] = balancing;
    hash_seeds_[node] = hash_seed != 0 ? mix(hash_seed) : mix(mix(network_.seed), id);
  };
  links_.resize(index_.size());
  balancing_.resize(index_.size());
  hash_seeds_.resize(index_.size());
  const Source& source = network_.source;
  connect(kSourceNode, source.next, source.balancing, source.hash_seed, "source");
  for (const Router& router : network_.routers) {
    connect(index_.at(router.id), router.next, router.balancing, router.hash_seed, router.id);
  }
}

const Router* Topology::router(NodeIndex node) const {
  return node >= 1 && node <= network_.routers.size() ? &network_.routers[node - 1] : nullptr;
}

const Target* Topology::target(NodeIndex node) const {
  return node > network_.routers.size() ? &network_.targets[node - network_.routers.size() - 1]
                                        : nullptr;
}

std::optional<NodeIndex> Topology::owner(const IpAddress& address) const {
  const auto found = owners_.find(address);
  if (found == owners_.end()) return std::nullopt;
  return found->second;
}

const std::vector<bool>& Topology::reaching(NodeIndex destination) const {
  const auto [entry, is_new] = reaching_.try_emplace(destination);
  std::vector<bool>& reaches = entry->second;
  if (!is_new) return reaches;

  std::vector<std::vector<NodeIndex>> back(links_.size());
  for (NodeIndex node = 0; node < links_.size(); ++node) {
    for (const Edge& edge : links_[node]) {
      if (!edge.link->down) back[edge.to].push_back(node);
    }
  }
  reaches.assign(links_.size(), false);
  reaches[destination] = true;
  std::vector<NodeIndex> todo{destination};
  while (!todo.empty()) {
    const NodeIndex node = todo.back();
    todo.pop_back();
    for (const NodeIndex before : back[node]) {
      if (!reaches[before]) {
        reaches[before] = true;
        todo.push_back(before);
      }
    }
  }
  return reaches;
}

const Link* Topology::choose(NodeIndex node, std::optional<NodeIndex> destination,
                             const FlowFields& flow, std::uint64_t draw) const {
  const std::vector<bool>* reaches = destination ? &reaching(*destination) : nullptr;
  const std::vector<Edge>& edges = links_[node];
  const auto leads_there = [&](const Edge& edge) {
    return !edge.link->down && (reaches == nullptr || (*reaches)[edge.to]);
  };
  if (std::none_of(edges.begin(), edges.end(), leads_there)) reaches = nullptr;

  double total = 0;
  for (const Edge& edge : edges) {
    if (leads_there(edge)) total += edge.link->weight;
  }
  const Balancing balancing = balancing_[node];
  const std::uint64_t hash =
      balancing == Balancing::kPacket ? draw : hash_flow(hash_seeds_[node], flow, balancing);
  double point = unit(hash) * total;
  const Link* chosen = nullptr;
  for (const Edge& edge : edges) {
    if (!leads_there(edge)) continue;
    chosen = edge.link;
    point -= edge.link->weight;
    if (point < 0) break;
  }
  return chosen;
}

std::optional<NatRewrite> Topology::translate(NodeIndex node, const FlowFields& flow) const {
  const Router* nat_router = router(node);
  if (nat_router == nullptr || !nat_router->nat) return std::nullopt;
  const IpAddress* source = address_of(nat_router->nat->addresses, flow.source.family);
  if (source == nullptr) return std::nullopt;
  NatRewrite rewrite{*source, flow.source_port};
  if (nat_router->nat->ports) {
    const std::uint64_t hash = hash_flow(mix(hash_seeds_[node]), flow, Balancing::kFlow);
    rewrite.source_port = static_cast<std::uint16_t>(1024 + hash % 64512);
  }
  return rewrite;
}

const IpAddress* Topology::answering_address(NodeIndex node, const Link& by, Family family) const {
  if (const IpAddress* address = address_of(by.addresses, family)) return address;
  if (const Router* its = router(node)) return address_of(its->addresses, family);
  if (const Target* its = target(node)) return address_of(its->addresses, family);
  return nullptr;
}

std::vector<std::optional<IpAddress>> Topology::path(FlowFields flow) const {
  std::vector<std::optional<IpAddress>> hops;
  const IpAddress destination_address = flow.destination;
  const std::optional<NodeIndex> destination = owner(destination_address);
  const Family family = flow.destination.family;
  NodeIndex node = kSourceNode;
  bool expired_before = false;  // The previous router forwarded its expired packets to this one.
  while (hops.size() < kMaxHops) {
    const Link* link = choose(node, destination, flow, 0);
    if (link == nullptr) return hops;
    node = destination_of(*link);
    const Router* its = router(node);
    if (destination == node) {
      if (expired_before) hops.emplace_back(destination_address);
      hops.emplace_back(destination_address);
      return hops;
    }
    if (its == nullptr) return hops;  // Another target does not forward.
    if (its->hidden) continue;
    std::optional<IpAddress> responder;
    const IpAddress* address = answering_address(node, *link, family);
    if (address != nullptr && !its->silent) responder = *address;
    if (expired_before) hops.push_back(responder);
    // A packet that expires here is answered by the next router, unless it was already passed on
    // once.
    expired_before = its->forwards_zero_ttl;
    if (!expired_before) hops.push_back(responder);
    if (std::any_of(its->blocks.begin(), its->blocks.end(),
                    [&flow](const Block& block) { return matches(block, flow); })) {
      return hops;
    }
    if (const std::optional<NatRewrite> rewrite = translate(node, flow)) {
      flow.source = rewrite->source;
      flow.source_port = rewrite->source_port;
    }
  }
  return hops;
}

}  // namespace etr::simulation
