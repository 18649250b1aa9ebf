// The last 128 verdicts of one hop of one flow, and the latest 16 of them.
#pragma once

#include <array>
#include <cstdint>

namespace etr::model {

/// A ring of 128 verdicts, in 20 octets.
class RecentVerdicts {
 public:
  static constexpr std::uint32_t kSize = 128;
  static constexpr std::uint32_t kLatest = 16;

  /// What a new verdict adds, minus those that it displaces.
  struct Change {
    std::int32_t judged = 0;
    std::int32_t lost = 0;
    std::int32_t latest_judged = 0;
    std::int32_t latest_lost = 0;
  };
  Change add(bool lost) {
    Change change;
    if (size_ < kLatest) {
      change.latest_judged = 1;
    } else {
      change.latest_lost -= lost_before(kLatest) ? 1 : 0;
    }
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
    change.latest_lost += lost ? 1 : 0;
    lost_ = static_cast<std::uint8_t>(lost_ + change.lost);
    next_ = static_cast<std::uint8_t>((next_ + 1U) % kSize);
    return change;
  }
  void clear() { *this = {}; }
  std::uint32_t judged() const { return size_; }
  std::uint32_t lost() const { return lost_; }
  std::uint32_t latest_judged() const { return size_ < kLatest ? size_ : kLatest; }
  std::uint32_t latest_lost() const {
    std::uint32_t lost = 0;
    for (std::uint32_t i = 1; i <= latest_judged(); ++i) lost += lost_before(i) ? 1U : 0U;
    return lost;
  }

 private:
  /// The verdict before the last `age` - 1, which must exist.
  bool lost_before(std::uint32_t age) const {
    const std::uint32_t place = (next_ + kSize - age) % kSize;
    return (bits_[place / 32] >> (place % 32) & 1U) != 0;
  }

  std::array<std::uint32_t, kSize / 32> bits_{};
  std::uint8_t next_ = 0;
  std::uint8_t size_ = 0;
  std::uint8_t lost_ = 0;
};

}  // namespace etr::model
