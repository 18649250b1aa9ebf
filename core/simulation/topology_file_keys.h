// The keys of a topology file's tables: one list per kind of node, each key with the member it
// sets.
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/network.h"
#include "simulation/topology_file_values.h"

namespace etr::simulation {

template <class Node>
struct TopologyKey {
  std::string_view name;
  std::function<void(const TopologyValues&, const toml::node&, Node&)> read;
};

/// Without the keys that the reader handles itself: id, name, to, next.
const std::vector<TopologyKey<Link>>& link_keys();
const std::vector<TopologyKey<Source>>& source_keys();
const std::vector<TopologyKey<Router>>& router_keys();
const std::vector<TopologyKey<Target>>& target_keys();
/// Of the tables within a router's.
const std::vector<TopologyKey<Block>>& block_keys();
const std::vector<TopologyKey<Nat>>& nat_keys();
const std::vector<TopologyKey<Forgery>>& forgery_keys();
const std::vector<TopologyKey<RateLimit>>& limit_keys();
const std::vector<TopologyKey<MplsLabel>>& mpls_keys();
const std::vector<TopologyKey<UnreachableCode>>& code_keys();
const std::vector<TopologyKey<SendFault>>& send_fault_keys();
const std::vector<TopologyKey<ClockStep>>& clock_step_keys();

template <class Node>
std::vector<std::string> names_of(const std::vector<TopologyKey<Node>>& keys) {
  std::vector<std::string> names;
  for (const TopologyKey<Node>& key : keys) names.emplace_back(key.name);
  return names;
}

/// Sets the member of one key; false if the key is not in the list.
template <class Node>
bool read_key(const std::vector<TopologyKey<Node>>& keys, const TopologyValues& values,
              std::string_view name, const toml::node& value, Node& node) {
  for (const TopologyKey<Node>& key : keys) {
    if (key.name == name) {
      key.read(values, value, node);
      return true;
    }
  }
  return false;
}

/// Fails for an unknown key, with the nearest known one.
[[noreturn]] void fail_unknown_key(const TopologyValues& values, const toml::key& key,
                                   const std::vector<std::string>& known);

/// Reads a table that has these keys only.
template <class Node>
void read_keys(const std::vector<TopologyKey<Node>>& keys, const TopologyValues& values,
               const toml::table& table, Node& node) {
  for (const auto& [key, value] : table) {
    if (!read_key(keys, values, key.str(), value, node)) {
      fail_unknown_key(values, key, names_of(keys));
    }
  }
}

}  // namespace etr::simulation
