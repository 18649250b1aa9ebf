// What lossy links lose now, where that is not what they lost on average.
//
// Links are judged over many verdicts of each hop, during which a link may have failed or have been
// repaired. So the rates of the links found are fitted once more, over the latest verdicts only.
// The present rate counts where the average does not explain these: likelihood ratio test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etr/path_graph.h"
#include "model/link_loss.h"
#include "model/loss_evidence.h"
#include "model/loss_fit.h"
#include "model/shared_trials.h"

namespace etr::model {

/// Not thread-safe; belongs to the probing thread.
class PresentLossFit {
 public:
  /// Starts over. `latest`: the latest verdicts, in the trie in which `found` was found. Borrows
  /// both until the last advance(). `links` is the number of links, including the background.
  void begin(std::span<const PrefixNode> latest, std::size_t links, const LinkLossResult& found);
  /// Visits about `budget` nodes; true if there is more to do.
  bool advance(std::size_t budget);

  /// By class; empty where the average holds.
  const std::vector<std::optional<PresentLoss>>& classes() const { return classes_; }
  const std::optional<PresentLoss>& shared() const { return shared_; }

 private:
  enum class Stage : std::uint8_t { kGather, kClasses, kShared, kDone };

  void judge_class(std::size_t index);
  void judge_shared();

  Stage stage_ = Stage::kDone;
  std::span<const PrefixNode> latest_;
  const LinkLossResult* found_ = nullptr;
  LossEvidence evidence_;
  LossFit fit_;
  std::size_t next_ = 0;  ///< Class to be judged.
  SharedTrials shared_trials_;
  std::vector<std::optional<PresentLoss>> classes_;
  std::optional<PresentLoss> shared_;
};

}  // namespace etr::model
