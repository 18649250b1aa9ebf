// Opens one plugin library. The only user of Boost.DLL.
//
// A library is never unloaded: exceptions, thread-locals and code of a plugin may outlive its last
// object. A returned descriptor therefore stays valid until the process ends.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/abi.h"

namespace etr::plugin {

/// Opens `file` and returns its descriptor once every check of the contract has passed: symbol,
/// magic, kind, version, size, fingerprint, revision, texts, create. Errors begin with the file's
/// name. Static constructors of the library run before any check.
absl::StatusOr<const PluginDescriptor*> open_library(const std::filesystem::path& file);

/// The checks on the part of a descriptor that any version of the contract has, in their order.
absl::Status check_head(const DescriptorHead& head);

/// The checks that need the whole descriptor, whose head has passed.
absl::Status check_body(const PluginDescriptor& descriptor);

}  // namespace etr::plugin
