#include "model/histogram.h"

#include <algorithm>
#include <cmath>

namespace etr::model {

namespace {

constexpr double kGrowth = 1.08;
constexpr double kLowest = 1e3;  // ns
constexpr int kBuckets = 240;

int bucket_of(Duration value) {
  const double ns = static_cast<double>(value.count());
  if (ns <= kLowest) return 0;
  return std::min(kBuckets - 1, static_cast<int>(std::log(ns / kLowest) / std::log(kGrowth)));
}

/// Geometric middle of a bucket: the error is the same to both sides.
Duration middle_of(int bucket) {
  return Duration(std::llround(kLowest * std::pow(kGrowth, bucket + 0.5)));
}

}  // namespace

void Histogram::add(Duration value) {
  const auto bucket = static_cast<std::uint16_t>(bucket_of(value));
  if (counts_.empty()) first_ = bucket;
  if (bucket < first_) {
    counts_.insert(counts_.begin(), first_ - bucket, 0U);
    first_ = bucket;
  }
  const std::size_t index = static_cast<std::size_t>(bucket) - first_;
  if (index >= counts_.size()) counts_.resize(index + 1);
  ++counts_[index];
  ++count_;
}

Duration Histogram::quantile(double q) const {
  if (count_ == 0) return Duration{};
  const auto rank = static_cast<std::uint64_t>(
      std::clamp(std::ceil(q * static_cast<double>(count_)), 1.0, static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return middle_of(first_ + static_cast<int>(i));
  }
  return middle_of(first_ + static_cast<int>(counts_.size()) - 1);
}

}  // namespace etr::model
