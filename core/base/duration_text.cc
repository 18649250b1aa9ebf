#include "base/duration_text.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace etr::base {
namespace {

absl::string_view to_absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<Duration> parse_duration(std::string_view text) {
  absl::Duration parsed;
  if (!absl::ParseDuration(to_absl(text), &parsed)) {
    double number = 0;
    if (absl::SimpleAtod(to_absl(text), &number)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("'%s' lacks a unit: write %ss or %sms, for example", text, text, text));
    }
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s' is not a duration such as 250ms or 1m30s", text));
  }
  // Abseil saturates larger values, and the sum of a few of them overflows nanoseconds.
  constexpr int kMostHours = 24 * 365 * 10;
  if (parsed > absl::Hours(kMostHours) || parsed < -absl::Hours(kMostHours)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s' is too long: a duration is at most ten years", text));
  }
  return absl::ToChronoNanoseconds(parsed);
}

std::string format_duration(Duration duration) {
  return absl::FormatDuration(absl::FromChrono(duration));
}

}  // namespace etr::base
