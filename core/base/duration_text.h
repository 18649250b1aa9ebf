// Durations as people write them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "etr/time.h"

namespace etr::base {

/// Reads "250ms" or "1m30s". The error asks for a unit if only that is missing.
absl::StatusOr<Duration> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back as the same value.
std::string format_duration(Duration duration);

}  // namespace etr::base
