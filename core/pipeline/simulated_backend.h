// A network in memory as a backend: its topology file defines its targets and their names, too.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "pipeline/backend.h"

namespace etr::pipeline {

/// See make_backend(). Refuses options that only a real network can have.
absl::StatusOr<std::unique_ptr<Backend>> make_simulated_backend(
    TraceOptions& options, const std::filesystem::path& networks);

}  // namespace etr::pipeline
