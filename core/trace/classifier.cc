#include "trace/classifier.h"

#include <map>

#include "trace/wilson.h"

namespace etr::trace {

namespace {

/// Below this many verdicts nothing is said of a hop that has lost some.
constexpr std::uint32_t kMinVerdicts = 3;

struct Tally {
  std::uint64_t verdicts = 0;
  std::uint64_t answered = 0;
};

using Evidence = std::vector<std::vector<HopEvidence>>;

/// Verdicts of a group of flows at hop `first` (index 0 of the result) and behind it.
std::vector<Tally> tally(const Evidence& evidence, const std::vector<std::size_t>& group,
                         std::size_t first) {
  std::vector<Tally> tallies;
  for (const std::size_t flow : group) {
    const auto& hops = evidence[flow];
    if (tallies.size() < hops.size() - first) tallies.resize(hops.size() - first);
    for (std::size_t i = first; i < hops.size(); ++i) {
      tallies[i - first].verdicts += hops[i].verdicts;
      tallies[i - first].answered += hops[i].answered;
    }
  }
  return tallies;
}

HopClass judge(const std::vector<Tally>& tallies) {
  const Tally& own = tallies.front();
  if (own.answered == own.verdicts) return HopClass::kAnswering;
  if (own.verdicts < kMinVerdicts) return HopClass::kUnknown;
  const double upper = wilson(own.answered, own.verdicts).high;
  bool doubtful = false;
  for (const Tally& behind : tallies) {
    if (wilson(behind.answered, behind.verdicts).low > upper) return HopClass::kLimited;
    // Nothing lost behind, over enough probes that it says something: too early to call it loss.
    doubtful = doubtful ||
               (behind.answered == behind.verdicts && 2 * behind.verdicts >= own.verdicts);
  }
  return doubtful ? HopClass::kUnknown : HopClass::kLossy;
}

HopClass judge_unheard(const HopEvidence& hop) {
  return hop.verdicts >= kMinVerdicts ? HopClass::kSilent : HopClass::kUnknown;
}

}  // namespace

std::vector<std::vector<HopClass>> classify(const Evidence& evidence) {
  std::vector<std::vector<HopClass>> classes(evidence.size());
  std::size_t longest = 0;
  for (std::size_t flow = 0; flow < evidence.size(); ++flow) {
    classes[flow].resize(evidence[flow].size(), HopClass::kUnknown);
    longest = std::max(longest, evidence[flow].size());
  }
  for (std::size_t hop = 0; hop < longest; ++hop) {
    std::map<IpAddress, std::vector<std::size_t>> groups;
    for (std::size_t flow = 0; flow < evidence.size(); ++flow) {
      if (hop >= evidence[flow].size()) continue;
      const HopEvidence& seen = evidence[flow][hop];
      if (seen.ever_answered && seen.address) {
        groups[*seen.address].push_back(flow);
      } else {
        classes[flow][hop] = judge_unheard(seen);
      }
    }
    for (const auto& [address, group] : groups) {
      const HopClass verdict = judge(tally(evidence, group, hop));
      for (const std::size_t flow : group) {
        // A limiter serves all flows, loss takes whom it takes.
        const HopEvidence& own = evidence[flow][hop];
        const bool spared = own.answered == own.verdicts && verdict != HopClass::kLimited;
        classes[flow][hop] = spared ? HopClass::kAnswering : verdict;
      }
    }
  }
  return classes;
}

}  // namespace etr::trace
