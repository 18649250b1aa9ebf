// Reads topology files (TOML): networks for SimulatedTransport. docs/topology-file.md is the
// reference. With pipeline_file the only user of toml++.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "simulation/network.h"

namespace etr::simulation {

/// The network that a file describes, checked. Errors are "file:line:column: reason", with the
/// nearest known key or id for an unknown one.
absl::StatusOr<Network> read_topology(const std::filesystem::path& file);

/// The same from text. `file` is its name in messages.
absl::StatusOr<Network> parse_topology(std::string_view text, const std::filesystem::path& file);

/// All keys of one kind of table.
struct TopologyTable {
  std::string name;  ///< "[[router]]"; empty for the keys above all tables.
  std::vector<std::string> keys;
};

/// Every key that the reader knows, for the documentation's test.
std::vector<TopologyTable> topology_tables();

}  // namespace etr::simulation
