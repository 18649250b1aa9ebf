// The reference implementation of link loss, written for clarity regardless of cost: trials as
// lists of the links crossed, every fit over all of them, every link a candidate.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/loss_fit.h"

namespace etr::model::testing {

struct TrialGroup {
  std::vector<std::uint32_t> links;  ///< Links crossed, in order.
  double sent = 0;
  double lost = 0;
};

std::vector<TrialGroup> groups_of(const std::vector<PrefixNode>& nodes);

struct ReferenceFit {
  std::map<std::uint32_t, double> p;
  double background = 0;
  double log_likelihood = 0;
};
ReferenceFit reference_fit(const std::vector<TrialGroup>& groups,
                           const std::vector<std::uint32_t>& chosen);

struct ReferenceLoss {
  std::set<std::uint32_t> links;  ///< Links that cannot be distinguished.
  double rate = 0;
};
std::vector<ReferenceLoss> reference_lossy_links(const std::vector<TrialGroup>& groups);

}  // namespace etr::model::testing
