// The real network as a backend: packets through this host's interfaces, names by its resolver.
#pragma once

#include <memory>

#include "pipeline/backend.h"
#include "transport/linux/raw_descriptors.h"

namespace etr::pipeline {

std::unique_ptr<Backend> make_real_backend(const TraceOptions& options,
                                           transport::RawDescriptors descriptors);

}  // namespace etr::pipeline
