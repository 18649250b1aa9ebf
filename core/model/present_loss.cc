#include "model/present_loss.h"

#include "model/share_interval.h"

namespace etr::model {

namespace {

/// The threshold at which a link is named at all.
bool significant(double gain) { return 2 * gain > LinkLossOptions{}.threshold; }

}  // namespace

void PresentLossFit::begin(std::span<const PrefixNode> latest, std::size_t links,
                           const LinkLossResult& found) {
  latest_ = latest;
  found_ = &found;
  classes_.assign(found.classes.size(), {});
  shared_.reset();
  next_ = 0;
  std::vector<std::uint32_t> lossy;
  for (const LinkLossClass& one : found.classes) lossy.push_back(one.links.front());
  evidence_.begin(latest, links, lossy);
  stage_ = Stage::kGather;
}

bool PresentLossFit::advance(std::size_t budget) {
  switch (stage_) {
    case Stage::kGather:
      if (evidence_.advance(budget)) break;
      fit_ = fit_losses(evidence_.groups(), classes_.size() + 1);
      stage_ = Stage::kClasses;
      break;
    case Stage::kClasses:
      if (next_ < classes_.size()) {
        judge_class(next_++);
      } else if (found_->shared) {
        shared_trials_.begin(latest_, found_->shared->links);
        stage_ = Stage::kShared;
      } else {
        stage_ = Stage::kDone;
      }
      break;
    case Stage::kShared:
      if (shared_trials_.advance(budget)) break;
      judge_shared();
      stage_ = Stage::kDone;
      break;
    case Stage::kDone: break;
  }
  return stage_ != Stage::kDone;
}

void PresentLossFit::judge_class(std::size_t index) {
  const auto number = static_cast<std::uint32_t>(index + 1);
  const auto groups = evidence_.groups();
  const double average = profile_likelihood(groups, fit_, number, found_->classes[index].rate);
  if (!significant(fit_.log_likelihood - average)) return;
  classes_[index] = PresentLoss{fit_.p[number], likelihood_interval(groups, fit_, number)};
}

void PresentLossFit::judge_shared() {
  const auto [sent, lost] = shared_trials_.trials();
  if (sent == 0 || !significant(gain_against(found_->shared->rate, {sent, lost}))) return;
  shared_ = PresentLoss{static_cast<double>(lost) / static_cast<double>(sent),
                        share_interval(lost, sent)};
}

}  // namespace etr::model
