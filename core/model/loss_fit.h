// Maximum-likelihood loss rates of links, from trials counted by prefix.
//
// A trial is a probe with a verdict. It crosses the background b, which all trials share, and the
// links from the source to the hop it was sent to; it survives with probability (1 - b) * product
// (1 - p(link)). Trials with equal prefixes are counted together, and prefixes form a trie. So one
// iteration of expectation maximization (Dempster, Laird and Rubin, 1977) is two linear passes:
// downwards the share that survives up to each node, upwards the lost probes, apportioned over the
// links where they may have been lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "etr/path_graph.h"

namespace etr::model {

/// A node of the trie. The first is the source; a parent comes before its children.
struct PrefixNode {
  std::uint32_t parent = 0;
  std::uint32_t link = 0;  ///< From the parent; numbered from 1. The source has kBackground.
  std::uint32_t sent = 0;  ///< Trials sent to this node.
  std::uint32_t lost = 0;
};

constexpr std::uint32_t kBackground = 0;

struct LossFit {
  std::vector<double> p;  ///< Loss of each link by number, 0..1; of kBackground: b.
  double log_likelihood = 0;
};

/// Log likelihood of the trials in `nodes`, given the loss `p` of each link.
double log_likelihood(std::span<const PrefixNode> nodes, std::span<const double> p);

constexpr std::size_t kFitIterations = 30;
/// Half the 95 % quantile of chi square with one degree of freedom.
constexpr double kWithin95 = 1.92;

/// Fits the loss of every link in `nodes`; `links` is the number of links, including the
/// background.
LossFit fit_losses(std::span<const PrefixNode> nodes, std::size_t links,
                   std::size_t iterations = kFitIterations);

/// 95 % interval of one link's loss: where the log likelihood, with the other rates as fitted, is
/// within 1.92 of its maximum.
ConfidenceInterval likelihood_interval(std::span<const PrefixNode> nodes, const LossFit& fit,
                                       std::uint32_t link);

/// Log likelihood with the other rates of `fit` fitted anew for a given loss of one link.
double profile_likelihood(std::span<const PrefixNode> nodes, const LossFit& fit, std::uint32_t link,
                          double loss);

/// 95 % interval by profile_likelihood(): wider where another link may have lost part of it. Visits
/// each node kProfileVisits times.
constexpr std::size_t kProfileVisits = 300;
ConfidenceInterval profile_interval(std::span<const PrefixNode> nodes, const LossFit& fit,
                                    std::uint32_t link);

}  // namespace etr::model
