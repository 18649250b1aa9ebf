#include "pipeline/simulated_backend.h"

#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "pipeline/host.h"
#include "pipeline/targets.h"
#include "simulation/topology_file.h"
#include "simulation/transport.h"

namespace etr::pipeline {
namespace {

class SimulatedBackend final : public Backend {
 public:
  explicit SimulatedBackend(std::filesystem::path file) : file_(std::move(file)) {}

  bool is_real() const override { return false; }

  absl::StatusOr<std::unique_ptr<transport::Transport>> open() override {
    auto network = simulation::read_topology(file_);
    if (!network.ok()) return network.status();
    network_ = *std::move(network);
    return std::make_unique<simulation::SimulatedTransport>(network_);
  }

  /// Hosts are names of the network or addresses; without hosts all of its targets.
  absl::StatusOr<std::vector<trace::Target>> find_targets(
      const std::vector<std::string>& hosts, std::optional<Family> family) const override {
    std::vector<std::string> wanted = hosts;
    if (wanted.empty()) {
      for (const simulation::Target& target : network_.targets) wanted.push_back(target.id);
    }
    std::vector<trace::Target> targets;
    for (const std::string& text : wanted) {
      const auto host = parse_host(text);
      if (!host.ok()) return host.status();
      std::vector<IpAddress> addresses = find(*host);
      if (addresses.empty()) {
        return absl::NotFoundError(
            absl::StrCat("cannot resolve '", text, "': not in the simulated network"));
      }
      if (family) std::erase_if(addresses, [&](const IpAddress& a) { return a.family != *family; });
      if (addresses.empty()) return no_address(text, *family);
      targets.push_back({text, addresses.front(), host->port});
    }
    return targets;
  }

  absl::StatusOr<trace::RunKey> make_key() const override {
    return trace::RunKey::from_seed(network_.seed);
  }

  absl::StatusOr<std::shared_ptr<output::NameSource>> make_names() const override {
    return std::make_shared<output::FixedNames>(
        std::unordered_map<IpAddress, std::string>(network_.names.begin(), network_.names.end()));
  }

 private:
  std::vector<IpAddress> find(const Host& host) const {
    if (host.address) return {host.address->address};
    const bool absolute = host.name.ends_with('.');
    return simulation::lookup(network_, host.name.substr(0, host.name.size() - (absolute ? 1 : 0)));
  }

  const std::filesystem::path file_;
  simulation::Network network_;  ///< From open() on.
};

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> make_simulated_backend(
    TraceOptions& options, const std::filesystem::path& networks) {
  if (!options.interface.empty() || !options.source.empty()) {
    return absl::InvalidArgumentError(
        "a simulated network has its own interface and address: omit --interface and "
        "--source");
  }
  const auto file = find_installed("network", options.simulate, networks);
  if (!file.ok()) return file.status();
  options.simulate = file->string();
  return std::make_unique<SimulatedBackend>(*file);
}

}  // namespace etr::pipeline
