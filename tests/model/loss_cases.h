// Networks with known lossy links, and trials drawn from them: the test cases of the link-loss
// reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/link_loss.h"

namespace etr::model::testing {

using Link = std::pair<std::string, std::string>;
using VertexPath = std::vector<std::string>;  ///< Vertices from TTL 1 to the destination.

struct LossCase {
  std::string name;
  std::vector<VertexPath> paths;
  std::map<Link, double> loss;
  std::size_t flows = 0;  ///< On random paths; 0: three flows on each path.
  int rounds = 0;
  double everywhere = 0;          ///< Loss of all other links.
  std::set<std::string> limited;  ///< Vertices whose verdicts are no trials.
};

/// One router, `width` next hops, two hops on each, the destination.
std::vector<VertexPath> wide(int width);
/// One path of `length` hops.
std::vector<VertexPath> chain(int length);
/// One router, `width` next hops with `width` next hops each, one hop more on each, the
/// destination.
std::vector<VertexPath> nested(int width);

/// The cases of the reference, in its order.
std::vector<LossCase> reference_cases();

/// Trials of one run, as a trie.
struct DrawnTrials {
  std::vector<PrefixNode> nodes;
  std::vector<Link> links;  ///< By link number; the background first.
};
DrawnTrials draw(const LossCase& one, std::mt19937_64& random);

/// Counts of correct results over several runs.
struct LossScore {
  int runs = 0;
  int right = 0;    ///< Runs in which every lossy link is named.
  int alone = 0;    ///< And no other link is in its class.
  int clean = 0;    ///< Runs in which each named class contains a lossy link.
  int covered = 0;  ///< True rates within their intervals.
  int estimates = 0;
  double estimate_sum = 0;
  double width_sum = 0;  ///< Of the intervals.
  int shared = 0;        ///< Runs that report shared loss.
  std::size_t cost = 0;  ///< Nodes visited.

  void add(const LossCase& one, const DrawnTrials& trials, const LinkLossResult& result);
  double mean_estimate() const { return estimates == 0 ? 0 : estimate_sum / estimates; }
};

LossScore run(const LossCase& one, int runs, const LinkLossOptions& options = {});

}  // namespace etr::model::testing
