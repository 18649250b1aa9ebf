#include "loss_cases.h"

#include <algorithm>

namespace etr::model::testing {

std::vector<VertexPath> wide(int width) {
  std::vector<VertexPath> paths;
  for (int i = 0; i < width; ++i) {
    const std::string n = std::to_string(i);
    paths.push_back({"r1", "w" + n, "x" + n, "r2." + n, "dst"});
  }
  return paths;
}

std::vector<VertexPath> chain(int length) {
  VertexPath path;
  for (int i = 1; i < length; ++i) path.push_back("r" + std::to_string(i));
  path.push_back("dst");
  return {path};
}

std::vector<VertexPath> nested(int width) {
  std::vector<VertexPath> paths;
  for (int i = 0; i < width; ++i) {
    for (int j = 0; j < width; ++j) {
      const std::string n = std::to_string(i);
      const std::string m = n + "." + std::to_string(j);
      paths.push_back({"r1", "a" + n, "b" + m, "c" + m, "dst"});
    }
  }
  return paths;
}

std::vector<LossCase> reference_cases() {
  const Link first{"src", "r1"};
  const Link wide_first{"r1", "w7"};
  const Link wide_middle{"w7", "x7"};
  const Link wide_last{"x7", "r2.7"};
  const Link chained{"r4", "r5"};
  return {
      {"16-way, 90 flows, 4 rounds, 20 % on r1-w7", wide(16), {{wide_first, .2}}, 90, 4, 0, {}},
      {"16-way, 90 flows, 4 rounds, 20 % on w7-x7", wide(16), {{wide_middle, .2}}, 90, 4, 0, {}},
      {"16-way, 3 flows a path, 8 rounds, 20 % on r1-w7",
       wide(16),
       {{wide_first, .2}},
       0,
       8,
       0,
       {}},
      {"the same, last link x7-r2", wide(16), {{wide_last, .2}}, 0, 8, 0, {}},
      {"the same, 5 %, 60 rounds", wide(16), {{wide_first, .05}}, 0, 60, 0, {}},
      {"two links, 20 % r1-w7 and 10 % x3-r2, 30 rounds",
       wide(16),
       {{wide_first, .2}, {{"x3", "r2.3"}, .1}},
       0,
       30,
       0,
       {}},
      {"chain of 10, 5 flows, 10 rounds, 20 % on r4-r5", chain(10), {{chained, .2}}, 5, 10, 0, {}},
      {"chain of 10, 5 flows, 60 rounds, 3 % on r4-r5", chain(10), {{chained, .03}}, 5, 60, 0, {}},
      {"chain of 10, r4 limits, 20 % on r4-r5", chain(10), {{chained, .2}}, 5, 10, 0, {"r4"}},
      {"nested 4x4, 48 flows, 8 rounds, 20 % on r1-a2",
       nested(4),
       {{{"r1", "a2"}, .2}},
       0,
       8,
       0,
       {}},
      {"first link 5 %, 16-way, 48 flows, 30 rounds", wide(16), {{first, .05}}, 0, 30, 0, {}},
      {"no loss at all", wide(16), {}, 90, 10, 0, {}},
      {"0.2 % on every link, 16-way, 48 flows, 100 rounds", wide(16), {}, 0, 100, .002, {}},
      {"1 % on every link, the same", wide(16), {}, 0, 100, .01, {}},
  };
}

DrawnTrials draw(const LossCase& one, std::mt19937_64& random) {
  DrawnTrials out;
  out.nodes.emplace_back();
  out.links.emplace_back();
  std::map<Link, std::uint32_t> numbers;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children;
  const auto number = [&](const Link& link) {
    const auto [place, fresh] =
        numbers.try_emplace(link, static_cast<std::uint32_t>(out.links.size()));
    if (fresh) out.links.push_back(link);
    return place->second;
  };
  const auto child = [&](std::uint32_t parent, std::uint32_t link) {
    const auto [place, fresh] =
        children.try_emplace({parent, link}, static_cast<std::uint32_t>(out.nodes.size()));
    if (fresh) out.nodes.push_back({parent, link, 0, 0});
    return place->second;
  };
  std::uniform_real_distribution<double> chance(0, 1);
  std::uniform_int_distribution<std::size_t> any_path(0, one.paths.size() - 1);
  const std::size_t flows = one.flows == 0 ? 3 * one.paths.size() : one.flows;
  for (std::size_t flow = 0; flow < flows; ++flow) {
    const VertexPath& path = one.paths[one.flows == 0 ? flow / 3 : any_path(random)];
    std::vector<double> loss;
    std::vector<std::uint32_t> nodes;
    std::uint32_t node = 0;
    std::string before = "src";
    for (const std::string& vertex : path) {
      const Link link{before, vertex};
      const auto known = one.loss.find(link);
      loss.push_back(known == one.loss.end() ? one.everywhere : known->second);
      node = child(node, number(link));
      nodes.push_back(node);
      before = vertex;
    }
    for (int round = 0; round < one.rounds; ++round) {
      for (std::size_t hop = 0; hop < path.size(); ++hop) {
        if (one.limited.contains(path[hop])) continue;
        const bool lost =
            std::any_of(loss.begin(), loss.begin() + static_cast<std::ptrdiff_t>(hop + 1),
                        [&](double p) { return chance(random) < p; });
        ++out.nodes[nodes[hop]].sent;
        if (lost) ++out.nodes[nodes[hop]].lost;
      }
    }
  }
  return out;
}

void LossScore::add(const LossCase& one, const DrawnTrials& trials, const LinkLossResult& result) {
  ++runs;
  bool all_right = true;
  bool all_alone = true;
  for (const auto& losing : one.loss) {
    const auto& link = losing.first;  // clang 14 captures no structured binding.
    const auto found =
        std::find_if(result.classes.begin(), result.classes.end(), [&](const LinkLossClass& named) {
          return std::any_of(named.links.begin(), named.links.end(),
                             [&](std::uint32_t number) { return trials.links[number] == link; });
        });
    const bool hit = found != result.classes.end();
    all_right = all_right && hit;
    all_alone = all_alone && hit && found->links.size() == 1;
    if (!hit) continue;
    ++estimates;
    estimate_sum += found->rate;
    width_sum += found->interval.high - found->interval.low;
    if (found->interval.low <= losing.second && losing.second <= found->interval.high) ++covered;
  }
  const bool all_clean =
      std::all_of(result.classes.begin(), result.classes.end(), [&](const LinkLossClass& named) {
        return std::any_of(named.links.begin(), named.links.end(), [&](std::uint32_t number) {
          return one.loss.contains(trials.links[number]);
        });
      });
  right += all_right ? 1 : 0;
  alone += all_alone ? 1 : 0;
  clean += all_clean ? 1 : 0;
  shared += result.shared ? 1 : 0;
}

LossScore run(const LossCase& one, int runs, const LinkLossOptions& options) {
  LossScore score;
  LinkLoss judge(options);
  for (int i = 0; i < runs; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i) * 31 + 7);
    const DrawnTrials trials = draw(one, random);
    judge.begin(trials.nodes, trials.links.size());
    while (judge.advance()) {
    }
    score.add(one, trials, judge.result());
    score.cost += judge.cost();
  }
  return score;
}

}  // namespace etr::model::testing
