#include "model/classifier.h"

#include <algorithm>
#include <map>
#include <set>

#include "model/wilson.h"

namespace etr::model {

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

bool heard(const HopEvidence& hop) { return hop.ever_answered && hop.address; }

bool lost_nothing(const HopEvidence& hop) { return hop.answered == hop.verdicts; }

/// Flows by the address they share at a hop (TTL - 1); those of whom none lost anything are left out.
std::map<IpAddress, std::vector<std::size_t>> groups_with_losses(const Evidence& evidence,
                                                                 std::size_t hop) {
  std::set<IpAddress> lossy;
  const auto seen = [&](std::size_t flow) {
    const bool there = hop < evidence[flow].size() && heard(evidence[flow][hop]);
    return there ? &evidence[flow][hop] : nullptr;
  };
  for (std::size_t flow = 0; flow < evidence.size(); ++flow) {
    const HopEvidence* own = seen(flow);
    if (own != nullptr && !lost_nothing(*own)) lossy.insert(*own->address);
  }
  std::map<IpAddress, std::vector<std::size_t>> groups;
  if (lossy.empty()) return groups;
  for (std::size_t flow = 0; flow < evidence.size(); ++flow) {
    const HopEvidence* own = seen(flow);
    if (own != nullptr && lossy.contains(*own->address)) groups[*own->address].push_back(flow);
  }
  return groups;
}

}  // namespace

HopClass judge_alone(const HopEvidence& hop) {
  if (heard(hop)) return lost_nothing(hop) ? HopClass::kAnswering : HopClass::kUnknown;
  return hop.verdicts >= kMinVerdicts ? HopClass::kSilent : HopClass::kUnknown;
}

std::vector<std::vector<HopClass>> classify(const Evidence& evidence) {
  std::vector<std::vector<HopClass>> classes(evidence.size());
  std::size_t longest = 0;
  for (std::size_t flow = 0; flow < evidence.size(); ++flow) {
    classes[flow].reserve(evidence[flow].size());
    for (const HopEvidence& hop : evidence[flow]) classes[flow].push_back(judge_alone(hop));
    longest = std::max(longest, evidence[flow].size());
  }
  for (std::size_t hop = 0; hop < longest; ++hop) {
    for (const auto& [address, group] : groups_with_losses(evidence, hop)) {
      const HopClass verdict = judge(tally(evidence, group, hop));
      for (const std::size_t flow : group) {
        // A limiter serves all flows, loss takes whom it takes.
        const bool spared = lost_nothing(evidence[flow][hop]) && verdict != HopClass::kLimited;
        if (!spared) classes[flow][hop] = verdict;
      }
    }
  }
  return classes;
}

}  // namespace etr::model
