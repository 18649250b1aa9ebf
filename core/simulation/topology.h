// One state of a simulated network, between two changes: which links lead to whom.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "etr/ip_address.h"
#include "simulation/network.h"
#include "simulation/packet.h"

namespace etr::simulation {

/// 0 is the source, then come the routers, then the targets. The same in every state.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kSourceNode = 0;

/// True if a filter applies to packets of a flow.
bool matches(const Block& block, const FlowFields& flow);

/// The source of a flow behind a NAT.
struct NatRewrite {
  IpAddress source;
  std::uint16_t source_port = 0;
};

class Topology {
 public:
  /// REQUIRES: check(network) is OK. Ignores network.changes.
  explicit Topology(Network network);
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  const Network& network() const { return network_; }
  std::size_t size() const { return links_.size(); }
  /// Null for the source and for targets.
  const Router* router(NodeIndex node) const;
  const Target* target(NodeIndex node) const;
  /// The node that owns this address; a router can be a destination, too.
  std::optional<NodeIndex> owner(const IpAddress& address) const;
  NodeIndex destination_of(const Link& link) const { return index_.at(link.to); }
  NodeIndex index(const std::string& id) const { return index_.at(id); }

  /// The link by which a node sends this flow towards a destination. It is chosen among the node's
  /// links that are up and lead there; if none does, among all that are up (a routing loop, a black
  /// hole). Null: no link is up. `draw` decides where a node balances per packet.
  const Link* choose(NodeIndex node, std::optional<NodeIndex> destination, const FlowFields& flow,
                     std::uint64_t draw) const;

  /// A router's NAT translation of a flow; empty if it has none for the family.
  std::optional<NatRewrite> translate(NodeIndex node, const FlowFields& flow) const;

  /// The source address of the node's answer to a packet that came in by a link; null: it has none.
  const IpAddress* answering_address(NodeIndex node, const Link& by, Family family) const;

  /// Hops of a flow in TTL order, the destination last if packets get there. Empty elements: no
  /// answer. Ends with a router that blocks the flow. Where a node balances per packet, this is one
  /// of the paths.
  std::vector<std::optional<IpAddress>> path(FlowFields flow) const;

 private:
  struct Edge {
    const Link* link;
    NodeIndex to;
  };
  const std::vector<bool>& reaching(NodeIndex destination) const;

  Network network_;
  std::unordered_map<std::string, NodeIndex> index_;
  std::unordered_map<IpAddress, NodeIndex> owners_;
  std::vector<std::vector<Edge>> links_;   ///< By node.
  std::vector<Balancing> balancing_;       ///< By node.
  std::vector<std::uint64_t> hash_seeds_;  ///< By node.
  /// The nodes that lead to a destination; computed on first use.
  mutable std::map<NodeIndex, std::vector<bool>> reaching_;
};

}  // namespace etr::simulation
