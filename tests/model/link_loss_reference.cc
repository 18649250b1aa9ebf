#include "link_loss_reference.h"

#include <algorithm>
#include <cmath>

namespace etr::model::testing {

namespace {

constexpr double kThreshold = 20;

double log_likelihood(const std::vector<TrialGroup>& groups, const ReferenceFit& fit) {
  double total = 0;
  for (const TrialGroup& group : groups) {
    double survival = 1 - fit.background;
    for (const std::uint32_t link : group.links) {
      const auto lossy = fit.p.find(link);
      if (lossy != fit.p.end()) survival *= 1 - lossy->second;
    }
    survival = std::min(std::max(survival, 1e-12), 1 - 1e-12);
    total += (group.sent - group.lost) * std::log(survival) + group.lost * std::log(1 - survival);
  }
  return total;
}

std::vector<std::uint32_t> without(std::vector<std::uint32_t> links, std::uint32_t link) {
  links.erase(std::find(links.begin(), links.end(), link));
  return links;
}

std::vector<std::uint32_t> with(std::vector<std::uint32_t> links, std::uint32_t link) {
  links.push_back(link);
  return links;
}

}  // namespace

std::vector<TrialGroup> groups_of(const std::vector<PrefixNode>& nodes) {
  std::vector<TrialGroup> groups;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].sent == 0) continue;
    TrialGroup group;
    group.sent = nodes[i].sent;
    group.lost = nodes[i].lost;
    for (std::size_t at = i; at != 0; at = nodes[at].parent) group.links.push_back(nodes[at].link);
    std::reverse(group.links.begin(), group.links.end());
    groups.push_back(group);
  }
  return groups;
}

ReferenceFit reference_fit(const std::vector<TrialGroup>& groups,
                           const std::vector<std::uint32_t>& chosen) {
  ReferenceFit fit;
  for (const std::uint32_t link : chosen) fit.p[link] = 0.1;
  fit.background = 0.001;
  for (int round = 0; round < 30; ++round) {
    std::map<std::uint32_t, double> at;
    std::map<std::uint32_t, double> gone;
    double at_background = 0;
    double gone_background = 0;
    for (const TrialGroup& group : groups) {
      std::vector<std::uint32_t> mine;
      std::vector<double> loss{fit.background};
      for (const std::uint32_t link : group.links) {
        if (!fit.p.contains(link)) continue;
        mine.push_back(link);
        loss.push_back(fit.p[link]);
      }
      double alive = 1;
      std::vector<double> shares;
      for (const double p : loss) {
        shares.push_back(alive * p);
        alive *= 1 - p;
      }
      const double dead = 1 - alive;
      at_background += group.sent;
      const double here = dead > 0 ? group.lost * shares[0] / dead : 0;
      gone_background += here;
      double left = group.sent - here;
      for (std::size_t i = 0; i < mine.size(); ++i) {
        at[mine[i]] += left;
        const double lost = dead > 0 ? group.lost * shares[i + 1] / dead : 0;
        gone[mine[i]] += lost;
        left -= lost;
      }
    }
    fit.background = at_background > 0 ? std::max(gone_background / at_background, 1e-5) : 1e-5;
    for (const std::uint32_t link : chosen) {
      fit.p[link] = at[link] > 0 ? std::min(gone[link] / at[link], 0.999) : 0;
    }
  }
  fit.log_likelihood = log_likelihood(groups, fit);
  return fit;
}

std::vector<ReferenceLoss> reference_lossy_links(const std::vector<TrialGroup>& groups) {
  std::set<std::uint32_t> suspects;
  for (const TrialGroup& group : groups) {
    if (group.lost > 0) suspects.insert(group.links.begin(), group.links.end());
  }
  std::vector<std::uint32_t> chosen;
  ReferenceFit best = reference_fit(groups, chosen);
  while (true) {
    std::optional<std::pair<double, std::uint32_t>> gain;
    for (const std::uint32_t link : suspects) {
      if (std::count(chosen.begin(), chosen.end(), link) != 0) continue;
      const double fitted = reference_fit(groups, with(chosen, link)).log_likelihood;
      if (!gain || fitted > gain->first) gain = {fitted, link};
    }
    if (!gain || 2 * (gain->first - best.log_likelihood) <= kThreshold) break;
    chosen.push_back(gain->second);
    best = reference_fit(groups, chosen);
  }
  const std::vector<std::uint32_t> all = chosen;
  for (const std::uint32_t link : all) {
    const ReferenceFit rest = reference_fit(groups, without(chosen, link));
    if (2 * (best.log_likelihood - rest.log_likelihood) > kThreshold) continue;
    chosen = without(chosen, link);
    best = rest;
  }
  std::vector<ReferenceLoss> out;
  for (const std::uint32_t link : chosen) {
    ReferenceLoss loss{{link}, best.p[link]};
    for (const std::uint32_t other : suspects) {
      if (std::count(chosen.begin(), chosen.end(), other) != 0) continue;
      const ReferenceFit instead = reference_fit(groups, with(without(chosen, link), other));
      if (best.log_likelihood - instead.log_likelihood < 2) loss.links.insert(other);
    }
    out.push_back(loss);
  }
  return out;
}

}  // namespace etr::model::testing
