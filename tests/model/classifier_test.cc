// Evidence is written as "answered/verdicts" for each hop, "-" for one that never answered.
#include "model/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace etr::model {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr auto kUnknown = HopClass::kUnknown;
constexpr auto kAnswering = HopClass::kAnswering;
constexpr auto kSilent = HopClass::kSilent;
constexpr auto kLimited = HopClass::kLimited;
constexpr auto kLossy = HopClass::kLossy;

/// Hops of a flow; hop i has address 10.<branch>.0.<i>.
std::vector<HopEvidence> flow(const std::string& words, std::uint8_t branch = 0) {
  std::vector<HopEvidence> hops;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    HopEvidence hop;
    const std::size_t slash = word.find('/');
    hop.answered = word[0] == '-' ? 0 : static_cast<std::uint32_t>(std::stoul(word));
    hop.verdicts = static_cast<std::uint32_t>(std::stoul(word.substr(slash + 1)));
    hop.ever_answered = word[0] != '-';
    if (hop.ever_answered) {
      hop.address = IpAddress{Family::kIpv4, {10, branch, 0, static_cast<std::uint8_t>(hops.size())}};
    }
    hops.push_back(hop);
  }
  return hops;
}

std::vector<HopClass> classes(const std::string& words) { return classify({flow(words)}).at(0); }

TEST(Classifier, HasNothingToSayOfNothing) {
  EXPECT_TRUE(classify({}).empty());
  EXPECT_TRUE(classify({{}}).at(0).empty());
}

TEST(Classifier, CallsAHopAnsweringFromItsFirstAnswer) {
  EXPECT_THAT(classes("1/1 50/50"), ElementsAre(kAnswering, kAnswering));
}

TEST(Classifier, CallsAHopSilentAfterThreeProbesWithoutAnyAnswer) {
  EXPECT_THAT(classes("-/0 -/2 -/3 -/500 9/9"),
              ElementsAre(kUnknown, kUnknown, kSilent, kSilent, kAnswering));
}

TEST(Classifier, CallsAHopLimitedWhereHopsBehindItAnswerMore) {
  EXPECT_THAT(classes("100/100 40/100 100/100"), ElementsAre(kAnswering, kLimited, kAnswering));
}

TEST(Classifier, CallsAHopLimitedByAnyHopBehindItNotOnlyTheNext) {
  EXPECT_THAT(classes("40/100 30/100 -/100 99/100"),
              ElementsAre(kLimited, kLimited, kSilent, kLossy));
}

TEST(Classifier, CallsAllHopsLossyFromWhereLossBegins) {
  EXPECT_THAT(classes("100/100 80/100 79/100 82/100 78/100"),
              ElementsAre(kAnswering, kLossy, kLossy, kLossy, kLossy));
}

TEST(Classifier, TellsALimiterInFrontOfALossyLink) {
  EXPECT_THAT(classes("30/100 80/100 81/100"), ElementsAre(kLimited, kLossy, kLossy));
}

TEST(Classifier, CallsTheLastHopLossyForWantOfOtherWitnesses) {
  EXPECT_THAT(classes("100/100 60/100"), ElementsAre(kAnswering, kLossy));
}

TEST(Classifier, CallsAHopThatFellSilentLossyIfNothingBehindItAnswers) {
  EXPECT_THAT(classes("100/100 0/100 0/100"), ElementsAre(kAnswering, kLossy, kLossy));
  EXPECT_THAT(classes("100/100 0/100 100/100"), ElementsAre(kAnswering, kLimited, kAnswering));
}

TEST(Classifier, DoesNotCallLossWhatAFewProbesCannotTell) {
  EXPECT_THAT(classes("1/2 1/1"), ElementsAre(kUnknown, kAnswering));
  // Behind it all of 20 came through: not yet enough against the hop, but it speaks against loss.
  EXPECT_THAT(classes("16/20 20/20 20/20").front(), kUnknown);
}

TEST(Classifier, IsNotKeptFromCallingLossByASingleLuckyProbe) {
  EXPECT_THAT(classes("80/100 1/1"), ElementsAre(kLossy, kAnswering));
}

TEST(Classifier, JudgesFlowsThatShareAnAddressTogether) {
  // One flow alone would not show it.
  const std::string words = "6/10 10/10";
  EXPECT_NE(classes(words).front(), kLimited);
  const auto together = classify({flow(words), flow(words), flow(words), flow(words), flow(words)});
  for (const auto& one : together) EXPECT_THAT(one, ElementsAre(kLimited, kAnswering));
}

TEST(Classifier, CallsNoHopOfAFlowLossyThatLostNothingThere) {
  const auto both = classify({flow("100/100 100/100"), flow("100/100 80/100")});
  EXPECT_THAT(both[0], ElementsAre(kAnswering, kAnswering));
  EXPECT_THAT(both[1], ElementsAre(kAnswering, kLossy));
}

TEST(Classifier, CallsALimiterLimitedForFlowsThatItHappenedToAnswer) {
  const auto both = classify({flow("100/100 100/100"), flow("20/100 100/100")});
  EXPECT_THAT(both[0], ElementsAre(kLimited, kAnswering));
  EXPECT_THAT(both[1], ElementsAre(kLimited, kAnswering));
}

TEST(Classifier, JudgesBranchesApart) {
  const auto both = classify({flow("50/100 50/100", 1), flow("100/100 100/100", 2)});
  EXPECT_THAT(both[0], Each(kLossy));
  EXPECT_THAT(both[1], Each(kAnswering));
}

TEST(Classifier, TakesOnlyFlowsOfTheGroupAsWitnesses) {
  // The second flow passes another router; that its target answers says nothing about the first.
  const auto both = classify({flow("50/100 50/100", 1), flow("9/9 900/900", 2)});
  EXPECT_THAT(both[0], Each(kLossy));
}

TEST(Classifier, TakesFlowsOfDifferentLength) {
  const auto both = classify({flow("100/100 50/100"), flow("100/100 50/100 100/100 100/100")});
  EXPECT_THAT(both[0], ElementsAre(kAnswering, kLimited));
  EXPECT_THAT(both[1], ElementsAre(kAnswering, kLimited, kAnswering, kAnswering));
}

}  // namespace
}  // namespace etr::model
