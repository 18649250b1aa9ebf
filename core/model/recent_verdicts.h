// The last verdicts of one hop of one flow.
#pragma once

#include <array>
#include <cstdint>

namespace etr::model {

/// A ring of 128 verdicts, in 20 octets.
class RecentVerdicts {
 public:
  static constexpr std::uint32_t kSize = 128;

  /// What a new verdict adds to the window, minus the one that it displaces.
  struct Change {
    std::int32_t judged = 0;
    std::int32_t lost = 0;
  };
  Change add(bool lost) {
    Change change;
    std::uint32_t& word = bits_[next_ / 32];
    const std::uint32_t bit = 1U << (next_ % 32);
    if (size_ == kSize) {
      change.lost -= (word & bit) != 0 ? 1 : 0;
    } else {
      ++size_;
      change.judged = 1;
    }
    word = lost ? word | bit : word & ~bit;
    change.lost += lost ? 1 : 0;
    lost_ = static_cast<std::uint8_t>(lost_ + change.lost);
    next_ = static_cast<std::uint8_t>((next_ + 1U) % kSize);
    return change;
  }
  void clear() { *this = {}; }
  std::uint32_t judged() const { return size_; }
  std::uint32_t lost() const { return lost_; }

 private:
  std::array<std::uint32_t, kSize / 32> bits_{};
  std::uint8_t next_ = 0;
  std::uint8_t size_ = 0;
  std::uint8_t lost_ = 0;
};

}  // namespace etr::model
