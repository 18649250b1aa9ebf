// Observations for tests, written as words: "a b * T" are the replies at TTL 1 to 4. "T" is the
// destination and ends the path; without it the end is unknown.
#pragma once

#include <optional>
#include <sstream>
#include <string>

#include "model/observation.h"
#include "support/packet_builder.h"

namespace etr::model::testing {

inline IpAddress named(const std::string& word) {
  if (word == "T") return etr::testing::address("203.0.113.9");
  return etr::testing::address("10.0.0." + std::to_string(word[0] - 'a' + 1));
}

inline Observation saw(const std::string& words) {
  Observation seen;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    seen.hops.push_back(word == "*" ? std::nullopt : std::optional(named(word)));
    if (word == "T") seen.end = static_cast<std::uint8_t>(seen.hops.size());
  }
  return seen;
}

}  // namespace etr::model::testing
