// Ranges in names: "core[1-4]" stands for core1, core2, core3 and core4. Elsewhere "{1}" stands for
// the current number of a name's first range, and "{1+1}" for the next one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace etr::simulation {

struct RangedName {
  std::string name;
  std::vector<std::string> numbers;  ///< One for each range, as written: "[01-12]" gives "01".
  friend bool operator==(const RangedName&, const RangedName&) = default;
};

/// All names of a pattern, the last range running fastest. An error gives the reason.
absl::StatusOr<std::vector<RangedName>> expand_ranges(std::string_view pattern);

/// The text with "{n}", "{n+k}" and "{n-k}" replaced by the n-th number (from 1), shifted by k.
absl::StatusOr<std::string> fill_in(std::string_view text, const std::vector<std::string>& numbers);

}  // namespace etr::simulation
