// What a run exchanges packets with: the real network or a simulated one. make_backend() decides
// which; nothing else asks.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "output/names.h"
#include "pipeline/pipeline_config.h"
#include "trace/options.h"
#include "transport/linux/raw_descriptors.h"

namespace etr::transport {
class Transport;
}

namespace etr::pipeline {

class Backend {
 public:
  virtual ~Backend() = default;

  /// True if packets leave this host, which takes privileges.
  virtual bool is_real() const = 0;

  /// Opens the transport; called first, and once. Errors are meant for the user.
  virtual absl::StatusOr<std::unique_ptr<transport::Transport>> open() = 0;

  /// The targets that `hosts` mean, of the given family if there is one. Errors name the host.
  virtual absl::StatusOr<std::vector<trace::Target>> find_targets(
      const std::vector<std::string>& hosts, std::optional<Family> family) const = 0;

  /// The key of the run: random, except in a simulated network, whose runs repeat for the same
  /// seed. Call after open().
  virtual absl::StatusOr<trace::RunKey> make_key() const = 0;

  /// Where the names of addresses come from.
  virtual absl::StatusOr<std::shared_ptr<output::NameSource>> make_names() const = 0;
};

/// The backend that `options` ask for; opens nothing. Puts the file in place of the name of an
/// installed network, which is looked for in `networks`. `descriptors` are closed if the backend
/// does not need them.
absl::StatusOr<std::unique_ptr<Backend>> make_backend(TraceOptions& options,
                                                      const std::filesystem::path& networks,
                                                      transport::RawDescriptors descriptors);

/// True if flags ask for a backend that has targets of its own: then no host need be named.
bool brings_targets(const Overrides& flags);

}  // namespace etr::pipeline
