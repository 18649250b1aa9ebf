#include "model/link_loss.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/share_interval.h"

namespace etr::model {

namespace {

/// A candidate that raises the log likelihood by less takes no loss from the chosen links.
constexpr double kSomeGain = 0.5;
/// Links whose log likelihoods differ by less are not distinguished.
constexpr double kTooClose = 2;
/// Choosing n links visits each node about n^2 times. The largest trie of which the full number of
/// links is chosen takes a quarter of a second to judge.
constexpr std::size_t kLargeTrie = 4096;

ConfidenceInterval hull(const ConfidenceInterval& a, const ConfidenceInterval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

}  // namespace

void LinkLoss::begin(std::vector<PrefixNode> nodes, std::size_t links) {
  nodes_ = std::move(nodes);
  if (nodes_.empty()) nodes_.emplace_back();
  links_ = links;
  cost_ = 0;
  chosen_.clear();
  omitted_.reset();
  shared_links_.clear();
  pending_ = {};
  begin_sweep(chosen_);
}

bool LinkLoss::advance() {
  switch (stage_) {
    case Stage::kSweep:
      cost_ += std::min(kPiece, nodes_.size());
      if (!evidence_.advance(kPiece)) finish_sweep();
      break;
    case Stage::kScore: score_links(); break;
    case Stage::kFit: fit_candidates(); break;
    case Stage::kDoubt: doubt_candidates(); break;
    case Stage::kShared:
      cost_ += std::min(kPiece, nodes_.size());
      if (shared_trials_.advance(kPiece)) break;
      judge_shared();
      result_ = std::move(pending_);
      stage_ = Stage::kDone;
      break;
    case Stage::kDone: break;
  }
  return stage_ != Stage::kDone;
}

void LinkLoss::begin_sweep(const std::vector<std::uint32_t>& lossy) {
  evidence_.begin(nodes_, links_, lossy);
  candidates_.clear();
  stage_ = Stage::kSweep;
}

/// During selection the groups include all chosen links; during the review they omit one, which is
/// dropped if the fit hardly gets worse.
void LinkLoss::finish_sweep() {
  const auto groups = evidence_.groups();
  base_ = fit_losses(groups, chosen_.size() + (omitted_ ? 0U : 1U));
  if (!omitted_) {
    keep_as_best();
  } else if (2 * (best_.log_likelihood - base_.log_likelihood) <= options_.threshold) {
    drop(*omitted_);
    keep_as_best();
    omitted_ = 0;
    review_next();
    return;
  }
  survival_.resize(groups.size());
  survival_[0] = 1 - base_.p[kBackground];
  for (std::size_t i = 1; i < groups.size(); ++i) {
    survival_[i] = survival_[groups[i].parent] * (1 - base_.p[groups[i].link]);
  }
  next_ = 1;
  stage_ = Stage::kScore;
}

void LinkLoss::keep_as_best() {
  best_ = base_;
  best_groups_.assign(evidence_.groups().begin(), evidence_.groups().end());
  best_by_length_ = evidence_.split_by_length();
  best_alike_.reset();
}

void LinkLoss::score_links() {
  const std::size_t groups = survival_.size();
  const std::size_t stop = std::min(links_, next_ + std::max<std::size_t>(1, kPiece / groups));
  cost_ += (stop - next_) * groups;
  for (; next_ < stop; ++next_) {
    const auto link = static_cast<std::uint32_t>(next_);
    if (chosen_.empty()) note_shared(link);
    if (std::find(chosen_.begin(), chosen_.end(), link) == chosen_.end()) score(link);
  }
  if (next_ < links_) return;
  next_ = 0;
  stage_ = Stage::kFit;
  if (candidates_.empty()) finish_candidates();
}

/// The score test of p = 0 for one link, with the background as a nuisance parameter: the slope of
/// the log likelihood is -1 for a trial that survived and s / (1 - s) for a lost one, where s is
/// the survival of its group. The score is slope squared over the adjusted information.
void LinkLoss::score(std::uint32_t link) {
  double slope = 0;
  double information = 0;
  double background = 0;
  const auto groups = evidence_.groups();
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const Trials& trials = evidence_.crossing(link, group);
    const double odds = survival_[group] / std::max(1 - survival_[group], 1e-12);
    const auto lost = static_cast<double>(trials.lost);
    slope += lost * odds - (static_cast<double>(trials.sent) - lost);
    information += static_cast<double>(trials.sent) * odds;
    background += groups[group].sent * odds;
  }
  if (slope <= 0) return;
  const double adjusted = information - information * information / background;
  if (adjusted <= 0) return;
  const Candidate candidate{link, slope * slope / adjusted, 0};
  const auto place =
      std::upper_bound(candidates_.begin(), candidates_.end(), candidate,
                       [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  if (candidates_.size() == options_.candidates && place == candidates_.end()) return;
  candidates_.insert(place, candidate);
  if (candidates_.size() > options_.candidates) candidates_.pop_back();
}

void LinkLoss::fit_candidates() {
  std::size_t spent = 0;
  for (; next_ < candidates_.size() && spent < kPiece; ++next_) {
    const std::vector<PrefixNode> split = evidence_.split_by(candidates_[next_].link);
    candidates_[next_].log_likelihood = fit_losses(split, base_.p.size() + 1).log_likelihood;
    spent += 2 * kFitIterations * split.size();
  }
  cost_ += spent;
  if (next_ == candidates_.size()) finish_candidates();
}

void LinkLoss::finish_candidates() {
  std::stable_sort(
      candidates_.begin(), candidates_.end(),
      [](const Candidate& a, const Candidate& b) { return a.log_likelihood > b.log_likelihood; });
  if (omitted_) {
    name(chosen_[*omitted_]);
    ++*omitted_;
    review_next();
  } else {
    choose_or_doubt();
  }
}

void LinkLoss::choose_or_doubt() {
  const bool gains =
      !candidates_.empty() &&
      2 * (candidates_.front().log_likelihood - best_.log_likelihood) > options_.threshold;
  if (gains && chosen_.size() < most_links()) {
    chosen_.push_back(candidates_.front().link);
    begin_sweep(chosen_);
  } else {
    doubts_.assign(chosen_.size(), {});
    next_ = 0;
    stage_ = Stage::kDoubt;
  }
}

/// Of two lossy links in a row, the trials first prove one, whose fitted rate is that of both.
void LinkLoss::doubt_candidates() {
  const bool more = next_ < candidates_.size() && !chosen_.empty() &&
                    candidates_[next_].log_likelihood - best_.log_likelihood > kSomeGain;
  if (more) {
    doubt_rates(candidates_[next_++].link);
  } else {
    omitted_ = 0;
    review_next();
  }
}

/// Widens the intervals of chosen links whose rates change notably if `candidate` may lose, too.
void LinkLoss::doubt_rates(std::uint32_t candidate) {
  constexpr double kNotable = 0.1;
  const std::vector<PrefixNode> split = evidence_.split_by(candidate);
  const LossFit fit = fit_losses(split, best_.p.size() + 1);
  cost_ += 2 * kFitIterations * split.size();
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i + 1);
    if (std::abs(fit.p[number] - best_.p[number]) < kNotable * best_.p[number]) continue;
    const ConfidenceInterval beside = interval(split, fit, number);
    doubts_[i] = doubts_[i] ? hull(*doubts_[i], beside) : beside;
  }
}

std::size_t LinkLoss::most_links() const {
  const double share = static_cast<double>(kLargeTrie) / static_cast<double>(nodes_.size());
  const auto most = static_cast<double>(options_.most_links) * std::sqrt(std::min(1.0, share));
  return std::max(options_.most_links_of_large_trie, static_cast<std::size_t>(most));
}

/// Goes on with the next chosen link, or with the shared loss after the last.
void LinkLoss::review_next() {
  if (*omitted_ == 0) pending_.classes.clear();
  if (*omitted_ < chosen_.size()) {
    begin_sweep(without(*omitted_));
  } else {
    pending_.background = best_.p[kBackground];
    shared_trials_.begin(nodes_, shared_links_);
    stage_ = Stage::kShared;
  }
}

/// By profile likelihood, unless the groups are too many for that.
ConfidenceInterval LinkLoss::interval(std::span<const PrefixNode> groups, const LossFit& fit,
                                      std::uint32_t number) {
  constexpr std::size_t kMostGroups = 8 * kPiece / kProfileVisits;
  if (groups.size() > kMostGroups) return likelihood_interval(groups, fit, number);
  cost_ += kProfileVisits * groups.size();
  return profile_interval(groups, fit, number);
}

/// Names the loss of `link`. The evidence omits it, so the candidates are what may take its place.
void LinkLoss::name(std::uint32_t link) {
  LinkLossClass found;
  found.links.push_back(link);
  for (const Candidate& other : candidates_) {
    if (best_.log_likelihood - other.log_likelihood < kTooClose && other.link != link &&
        std::find(chosen_.begin(), chosen_.end(), other.link) == chosen_.end()) {
      found.links.push_back(other.link);
    }
  }
  const auto number = static_cast<std::uint32_t>(*omitted_ + 1);
  found.rate = best_.p[number];
  const ConfidenceInterval alone = interval(best_groups_, best_, number);
  const auto& doubt = doubts_[*omitted_];
  found.interval = doubt ? hull(alone, *doubt) : alone;
  found.crossing = evidence_.crossing(link);
  found.ending = evidence_.ending(link);
  if (alone.low > options_.tolerated_loss && !all_links_alike()) {
    pending_.classes.push_back(std::move(found));
  }
}

/// A little loss on every link grows with distance. The background does not describe that, so with
/// enough trials it looks like loss of some link halfway. True if an equal loss on every link fits
/// in the place of the omitted link, and the link adds nothing significant to it.
bool LinkLoss::all_links_alike() {
  const double alike = fit_alike(evidence_.split_by_length(), base_.p.size());
  if (best_.log_likelihood - alike >= kTooClose) return false;
  if (!best_alike_) best_alike_ = fit_alike(best_by_length_, best_.p.size());
  return 2 * (*best_alike_ - alike) <= options_.threshold;
}

/// Log likelihood with a loss common to all links, whose number is `common`.
double LinkLoss::fit_alike(const std::vector<PrefixNode>& by_length, std::size_t common) {
  // The common loss and the background are almost collinear: convergence is slow.
  constexpr std::size_t kMostIterations = 200;
  const std::size_t iterations =
      std::clamp(kPiece / by_length.size(), kFitIterations, kMostIterations);
  cost_ += 2 * iterations * by_length.size();
  return fit_losses(by_length, common + 1, iterations).log_likelihood;
}

/// Collects the links that every trial crosses: their loss cannot be separated from the background.
void LinkLoss::note_shared(std::uint32_t link) {
  const Trials all = evidence_.of_group(0);
  if (all.sent > 0 && evidence_.crossing(link, 0).sent == all.sent) shared_links_.push_back(link);
}

void LinkLoss::judge_shared() {
  const Trials& trials = shared_trials_.trials();
  if (trials.lost == 0) return;
  const double rate = static_cast<double>(trials.lost) / static_cast<double>(trials.sent);
  const double tolerated = options_.tolerated_loss;
  if (rate <= tolerated || 2 * gain_against(tolerated, trials) <= options_.threshold) return;
  pending_.shared =
      LinkLossClass{shared_links_, rate, share_interval(trials.lost, trials.sent), trials, {}};
}

std::vector<std::uint32_t> LinkLoss::without(std::size_t index) const {
  std::vector<std::uint32_t> rest = chosen_;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
  return rest;
}

void LinkLoss::drop(std::size_t index) {
  chosen_ = without(index);
  doubts_.erase(doubts_.begin() + static_cast<std::ptrdiff_t>(index));
}

LinkLossResult judge_link_loss(std::vector<PrefixNode> nodes, std::size_t links,
                               const LinkLossOptions& options) {
  LinkLoss judge(options);
  judge.begin(std::move(nodes), links);
  while (judge.advance()) {
  }
  return judge.result();
}

}  // namespace etr::model
