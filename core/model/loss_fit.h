// Maximum-likelihood loss rates of links, from trials counted by prefix.
//
// A trial is a probe with a verdict. It crosses the background b, which all trials share, and the
// links from the source to where it was sent; it survives with (1 - b) * product (1 - p(link)).
// Trials that end at equal prefixes are counted together, and prefixes form a trie, so one
// iteration of expectation maximisation is two linear passes: downwards the share that survives up
// to each node, upwards the lost probes, each shared out over the places where it may have been
// lost, in the order in which it crosses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "etr/path_graph.h"

namespace etr::model {

/// A node of the trie. The first one is the source; a parent stands before its children.
struct PrefixNode {
  std::uint32_t parent = 0;
  std::uint32_t link = 0;  ///< That leads here. Numbered from 1; the source has kBackground.
  std::uint32_t sent = 0;  ///< Trials that end here.
  std::uint32_t lost = 0;
};

constexpr std::uint32_t kBackground = 0;

struct LossFit {
  std::vector<double> p;  ///< Loss of each link, by number; of kBackground: b.
  double log_likelihood = 0;
};

/// Log likelihood of the trials in `nodes` if links lose with `p`.
double log_likelihood(std::span<const PrefixNode> nodes, std::span<const double> p);

constexpr std::size_t kFitIterations = 30;

/// Fits the loss of every link in `nodes`; `links` is the number of links, the background included.
LossFit fit_losses(std::span<const PrefixNode> nodes, std::size_t links,
                   std::size_t iterations = kFitIterations);

/// Where the log likelihood, as a function of one link's loss, is within 1.92 of its maximum (95
/// %).
ConfidenceInterval likelihood_interval(std::span<const PrefixNode> nodes, const LossFit& fit,
                                       std::uint32_t link);

}  // namespace etr::model
