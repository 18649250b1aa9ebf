// The trials that end on a link which all trials cross: their loss is that of the links that all
// paths share, or of the way back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/loss_evidence.h"
#include "model/loss_fit.h"

namespace etr::model {

/// Counts them in bounded pieces. Not thread-safe; belongs to the probing thread.
class SharedTrials {
 public:
  /// Starts over. Borrows both until the last advance(). `shared`: the links that all trials cross.
  void begin(std::span<const PrefixNode> nodes, std::span<const std::uint32_t> shared);
  /// Visits up to `budget` nodes; true if there are more.
  bool advance(std::size_t budget);
  const Trials& trials() const { return trials_; }

 private:
  std::span<const PrefixNode> nodes_;
  std::span<const std::uint32_t> shared_;
  std::size_t next_ = 0;
  Trials trials_;
};

}  // namespace etr::model
