#include "layout.h"

#include <array>
#include <cstdio>

#include "etr/text.h"

namespace plain {
namespace {

std::string fill(std::string_view text, std::size_t width) {
  const std::size_t used = etr::columns(text);
  return std::string(used < width ? width - used : 0, ' ');
}

std::string two_decimals(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

}  // namespace

std::string left(std::string_view text, std::size_t width) {
  return std::string(text) + fill(text, width);
}

std::string right(std::string_view text, std::size_t width) {
  return fill(text, width) + std::string(text);
}

std::string cell(std::string_view text, std::size_t width) { return ' ' + right(text, width - 1); }

std::string milliseconds(std::optional<etr::Duration> value) {
  return value ? two_decimals(static_cast<double>(value->count()) / 1e6) : "-";
}

std::string ranges(const std::set<std::uint32_t>& numbers) {
  std::string text;
  for (auto it = numbers.begin(); it != numbers.end();) {
    const std::uint32_t first = *it;
    std::uint32_t last = first;
    while (++it != numbers.end() && *it == last + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last != first) text += '-' + std::to_string(last);
  }
  return text;
}

std::string ttl_range(std::uint8_t first, std::uint8_t last) {
  return std::to_string(first) + (last == first ? "" : "-" + std::to_string(last));
}

std::string ttl_label(std::string_view ttls) {
  const std::string text = right(ttls, 4);
  return text + (text.size() < 6 ? std::string(6 - text.size(), ' ') : " ");
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string host(const etr::IpAddress& address, std::string_view name, std::size_t width) {
  std::string literal = address.to_string();
  if (name.empty()) return literal;
  const std::string suffix = " (" + literal + ")";
  // Fewer than three columns of a name identify nothing.
  if (suffix.size() + 3 > width) return literal;
  const std::string clean = etr::printable(name);
  return std::string(etr::cut_to_columns(clean, width - suffix.size())) + suffix;
}

}  // namespace plain
