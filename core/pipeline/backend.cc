#include "pipeline/backend.h"

#include <algorithm>
#include <utility>

#include "pipeline/real_backend.h"
#include "pipeline/simulated_backend.h"

namespace etr::pipeline {

absl::StatusOr<std::unique_ptr<Backend>> make_backend(TraceOptions& options,
                                                      const std::filesystem::path& networks,
                                                      transport::RawDescriptors descriptors) {
  if (!options.simulate.empty()) return make_simulated_backend(options, networks);
  return make_real_backend(options, std::move(descriptors));
}

bool brings_targets(const Overrides& flags) {
  return std::any_of(flags.trace.begin(), flags.trace.end(),
                     [](const plugin::RawOption& option) { return option.name == "simulate"; });
}

}  // namespace etr::pipeline
