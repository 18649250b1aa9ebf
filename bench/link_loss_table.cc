// How often link loss names the right link, only the right link, and nothing false, over seeded
// runs of networks with known loss: the table of docs/performance.md.
//
// Usage: link_loss_table [runs]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/model/loss_cases.h"

namespace {

using etr::model::testing::LossCase;
using etr::model::testing::LossScore;

std::string share(int count, int runs) {
  return std::to_string(count) + "/" + std::to_string(runs);
}

void print_row(const LossCase& one, int runs) {
  const LossScore score = etr::model::testing::run(one, runs);
  const bool lossy = !one.loss.empty();
  std::printf(
      "| %s | %s | %s | %s | %s | %s | %s | %zu |\n", one.name.c_str(),
      lossy ? share(score.right, runs).c_str() : "-",
      lossy ? share(score.alone, runs).c_str() : "-", share(score.clean, runs).c_str(),
      score.estimates == 0 ? "-" : std::to_string(score.mean_estimate()).substr(0, 5).c_str(),
      score.estimates == 0 ? "-" : share(score.covered, score.estimates).c_str(),
      share(score.shared, runs).c_str(), score.cost / static_cast<std::size_t>(runs));
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 200;
  std::printf(
      "| case | right link named | alone in its class | nothing false named | mean estimate | "
      "interval holds | shared loss | nodes visited |\n|---|---|---|---|---|---|---|---|\n");
  for (const LossCase& one : etr::model::testing::reference_cases()) print_row(one, runs);
}
