#include "simulation/name_ranges.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace etr::simulation {
namespace {

constexpr std::size_t kMostNames = 10000;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 9) {
    return std::nullopt;
  }
  return value;
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  if (value >= 0 && text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

std::size_t width_of(std::string_view digits) { return digits.front() == '0' ? digits.size() : 0; }

absl::Status wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

}  // namespace

absl::StatusOr<std::vector<RangedName>> expand_ranges(std::string_view pattern) {
  std::vector<RangedName> names{{}};
  std::string_view rest = pattern;
  while (true) {
    const std::size_t open = rest.find('[');
    for (RangedName& name : names) name.name += rest.substr(0, open);
    if (open == std::string_view::npos) return names;
    rest.remove_prefix(open + 1);
    const std::size_t close = rest.find(']');
    const std::string_view range = rest.substr(0, close);
    const std::size_t dash = range.find('-');
    const auto first = number(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? std::nullopt : number(range.substr(dash + 1));
    if (close == std::string_view::npos || !first || !last || *first < 0 || *last < *first) {
      return wrong(absl::StrFormat("'%s' is not a range of names such as core[1-4]", pattern));
    }
    const auto count = static_cast<std::size_t>(*last - *first) + 1;
    if (count > kMostNames || names.size() * count > kMostNames) {
      return wrong(absl::StrFormat("'%s' stands for more than %d names", pattern, kMostNames));
    }
    const std::size_t width = width_of(range.substr(0, dash));
    std::vector<RangedName> longer;
    longer.reserve(names.size() * count);
    for (const RangedName& name : names) {
      for (std::int64_t value = *first; value <= *last; ++value) {
        RangedName next = name;
        next.numbers.push_back(padded(value, width));
        next.name += next.numbers.back();
        longer.push_back(std::move(next));
      }
    }
    names = std::move(longer);
    rest.remove_prefix(close + 1);
  }
}

absl::StatusOr<std::string> fill_in(std::string_view text,
                                    const std::vector<std::string>& numbers) {
  std::string filled;
  std::string_view rest = text;
  while (true) {
    const std::size_t open = rest.find('{');
    filled += rest.substr(0, open);
    if (open == std::string_view::npos) return filled;
    rest.remove_prefix(open + 1);
    const std::size_t close = rest.find('}');
    const std::string_view inside = rest.substr(0, close);
    const std::size_t sign = inside.find_first_of("+-");
    const auto index = number(inside.substr(0, sign));
    std::optional<std::int64_t> shift = 0;
    if (sign != std::string_view::npos) {
      shift = number(inside.substr(sign + 1));
      if (shift && inside[sign] == '-') shift = -*shift;
    }
    if (close == std::string_view::npos || !index || !shift) {
      return wrong(absl::StrFormat("'%s': write {1} for the number of a range, or {1+1}", text));
    }
    if (*index < 1 || static_cast<std::size_t>(*index) > numbers.size()) {
      return wrong(absl::StrFormat("'%s': the name has %d ranges", text, numbers.size()));
    }
    const std::string& digits = numbers[static_cast<std::size_t>(*index) - 1];
    const std::int64_t value = *number(digits) + *shift;
    if (value < 0) return wrong(absl::StrFormat("'%s' becomes negative", text));
    filled += padded(value, width_of(digits));
    rest.remove_prefix(close + 1);
  }
}

}  // namespace etr::simulation
