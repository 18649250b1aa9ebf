// "Did you mean ...?" for names that users type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace etr::base {

/// The candidate with the smallest edit distance from `name` (insertions, deletions, replacements,
/// swaps of neighbours); empty if none is a plausible intention. The first one wins a tie.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace etr::base
