#include "model/loss_fit.h"

#include <algorithm>
#include <cmath>

namespace etr::model {

namespace {

constexpr double kStartLoss = 0.1;
constexpr double kStartBackground = 0.001;
constexpr double kMinBackground = 1e-5;
constexpr double kMaxLoss = 0.999;

/// Sums of one iteration, allocated once.
struct Sums {
  std::vector<double> alive;    ///< By node: share of probes that survives up to it.
  std::vector<double> dead;     ///< By node: lost trials of its subtree, each over its 1 - alive.
  std::vector<double> sent;     ///< By node: trials of its subtree.
  std::vector<double> gone;     ///< By link: expected trials lost there.
  std::vector<double> reached;  ///< By link: expected trials that reach it.
};

Sums sums_for(std::size_t nodes, std::size_t links) {
  const std::vector<double> by_node(nodes);
  const std::vector<double> by_link(links);
  return {by_node, by_node, by_node, by_link, by_link};
}

void survive(std::span<const PrefixNode> nodes, std::span<const double> p,
             std::vector<double>& alive) {
  alive[0] = 1 - p[kBackground];
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    alive[i] = alive[nodes[i].parent] * (1 - p[nodes[i].link]);
  }
}

/// E step: a trial lost with probability 1 - alive was lost on a given link with before * p / (1 -
/// alive). M step: p = trials lost there / trials that reach it.
void iterate(std::span<const PrefixNode> nodes, std::vector<double>& p, Sums& sums) {
  survive(nodes, p, sums.alive);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const double lost = 1 - sums.alive[i];
    sums.dead[i] = lost > 0 ? nodes[i].lost / lost : 0;
    sums.sent[i] = nodes[i].sent;
  }
  std::fill(sums.gone.begin(), sums.gone.end(), 0.0);
  std::fill(sums.reached.begin(), sums.reached.end(), 0.0);
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const PrefixNode& node = nodes[i];
    const double before = i == 0 ? 1 : sums.alive[node.parent];
    sums.gone[node.link] += sums.dead[i] * before * p[node.link];
    sums.reached[node.link] += sums.sent[i] - sums.dead[i] * (1 - before);
    if (i == 0) break;
    sums.dead[node.parent] += sums.dead[i];
    sums.sent[node.parent] += sums.sent[i];
  }
  for (std::size_t link = 0; link < p.size(); ++link) {
    p[link] = sums.reached[link] > 0 ? std::min(sums.gone[link] / sums.reached[link], kMaxLoss) : 0;
  }
  p[kBackground] = std::max(p[kBackground], kMinBackground);
}

double log_likelihood(std::span<const PrefixNode> nodes, std::span<const double> p,
                      std::vector<double>& alive) {
  constexpr double kTiny = 1e-12;
  survive(nodes, p, alive);
  double total = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].sent == 0) continue;
    const double share = std::clamp(alive[i], kTiny, 1 - kTiny);
    const double lost = nodes[i].lost;
    total += (nodes[i].sent - lost) * std::log(share) + lost * std::log(1 - share);
  }
  return total;
}

/// The interval around the fitted rate `p` in which `likely(rate)` holds, by bisection.
template <typename Likely>
ConfidenceInterval interval_around(double p, int halvings, const Likely& likely) {
  /// Between `inside`, which is likely enough, and `outside`, which may not be.
  const auto bound = [&](double inside, double outside) {
    if (likely(outside)) return outside;
    for (int i = 0; i < halvings; ++i) {
      const double middle = (inside + outside) / 2;
      (likely(middle) ? inside : outside) = middle;
    }
    return outside;
  };
  return {bound(p, 0), bound(p, 1)};
}

}  // namespace

double log_likelihood(std::span<const PrefixNode> nodes, std::span<const double> p) {
  std::vector<double> alive(nodes.size());
  return log_likelihood(nodes, p, alive);
}

LossFit fit_losses(std::span<const PrefixNode> nodes, std::size_t links, std::size_t iterations) {
  Sums sums = sums_for(nodes.size(), links);
  LossFit fit{std::vector<double>(links, kStartLoss), 0};
  fit.p[kBackground] = kStartBackground;
  for (std::size_t i = 0; i < iterations; ++i) iterate(nodes, fit.p, sums);
  fit.log_likelihood = log_likelihood(nodes, fit.p, sums.alive);
  return fit;
}

ConfidenceInterval likelihood_interval(std::span<const PrefixNode> nodes, const LossFit& fit,
                                       std::uint32_t link) {
  constexpr int kHalvings = 16;
  std::vector<double> p = fit.p;
  std::vector<double> alive(nodes.size());
  return interval_around(fit.p[link], kHalvings, [&](double loss) {
    p[link] = loss;
    return log_likelihood(nodes, p, alive) > fit.log_likelihood - kWithin95;
  });
}

double profile_likelihood(std::span<const PrefixNode> nodes, const LossFit& fit, std::uint32_t link,
                          double loss) {
  constexpr int kIterations = 6;
  Sums sums = sums_for(nodes.size(), fit.p.size());
  std::vector<double> p = fit.p;
  p[link] = loss;
  for (int i = 0; i < kIterations; ++i) {
    iterate(nodes, p, sums);
    p[link] = loss;
  }
  return log_likelihood(nodes, p, sums.alive);
}

ConfidenceInterval profile_interval(std::span<const PrefixNode> nodes, const LossFit& fit,
                                    std::uint32_t link) {
  constexpr int kHalvings = 11;
  return interval_around(fit.p[link], kHalvings, [&](double loss) {
    return profile_likelihood(nodes, fit, link, loss) > fit.log_likelihood - kWithin95;
  });
}

}  // namespace etr::model
