#include "simulation/topology_file_values.h"

#include <charconv>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "base/nearest_name.h"
#include "simulation/name_ranges.h"

namespace etr::simulation {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmpv6 = 58;

}  // namespace

std::string TopologyValues::place(const toml::source_region& source) const {
  return absl::StrFormat("%s:%d:%d", file_, source.begin.line, source.begin.column);
}

void TopologyValues::fail(const toml::source_region& source, const std::string& text) const {
  throw TopologyProblem{absl::InvalidArgumentError(place(source) + ": " + text)};
}

void TopologyValues::fail_word(const toml::node& node, const std::string& given,
                               const std::vector<std::string>& names) const {
  fail(node, absl::StrFormat("'%s' is not one of %s%s", given, absl::StrJoin(names, ", "),
                             base::did_you_mean(given, names)));
}

const toml::table& TopologyValues::table(const toml::node& node, std::string_view what) const {
  if (const toml::table* found = node.as_table()) return *found;
  fail(node, absl::StrFormat("%s is a table", what));
}

std::vector<const toml::table*> TopologyValues::tables(const toml::node& node,
                                                       std::string_view what) const {
  std::vector<const toml::table*> found;
  for (const toml::node* entry : list(node)) found.push_back(&table(*entry, what));
  return found;
}

std::vector<const toml::node*> TopologyValues::list(const toml::node& node) const {
  const toml::array* array = node.as_array();
  if (array == nullptr) return {&node};
  std::vector<const toml::node*> entries;
  for (const toml::node& entry : *array) entries.push_back(&entry);
  return entries;
}

bool TopologyValues::flag(const toml::node& node) const {
  if (const auto* value = node.as_boolean()) return value->get();
  fail(node, "write true or false");
}

const std::string& TopologyValues::raw_text(const toml::node& node) const {
  if (const auto* value = node.as_string()) return value->get();
  fail(node, "write a text in quotes");
}

std::string TopologyValues::text(const toml::node& node) const {
  const absl::StatusOr<std::string> filled = fill_in(raw_text(node), numbers_);
  if (!filled.ok()) fail(node, std::string(filled.status().message()));
  return *filled;
}

std::int64_t TopologyValues::integer(const toml::node& node, std::int64_t least,
                                     std::int64_t most) const {
  const auto* value = node.as_integer();
  if (value == nullptr || value->get() < least || value->get() > most) {
    fail(node, absl::StrFormat("write a whole number from %d to %d", least, most));
  }
  return value->get();
}

double TopologyValues::real(const toml::node& node) const {
  const std::optional<double> value = node.value<double>();
  if (!node.is_number() || !value || !(*value >= 0)) fail(node, "write a number of at least 0");
  return *value;
}

double TopologyValues::share(const toml::node& node) const {
  std::optional<double> value;
  if (node.is_number()) {
    value = node.value<double>();
  } else if (const auto* text = node.as_string()) {
    const std::string& given = text->get();
    double percent = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), percent);
    if (error == std::errc{} && std::string_view(end) == "%") value = percent / 100;
  }
  if (!value || !(*value >= 0) || !(*value <= 1)) {
    fail(node, "write a share from 0 to 1, or a percentage such as \"20%\"");
  }
  return *value;
}

Duration TopologyValues::any_duration(const toml::node& node) const {
  const auto* text = node.as_string();
  if (text == nullptr) fail(node, "write a duration such as \"250ms\"");
  const bool negative = text->get().starts_with('-');
  const absl::StatusOr<Duration> parsed = base::parse_duration(text->get().substr(negative));
  if (!parsed.ok()) fail(node, std::string(parsed.status().message()));
  return negative ? -*parsed : *parsed;
}

Duration TopologyValues::duration(const toml::node& node) const {
  const Duration given = any_duration(node);
  if (given < Duration{}) fail(node, "a duration here is not negative");
  return given;
}

IpAddress TopologyValues::address(const toml::node& node) const {
  const std::string given = text(node);
  const std::optional<IpAddress> parsed = IpAddress::parse(given);
  if (!parsed) fail(node, absl::StrFormat("'%s' is not an IP address", given));
  return *parsed;
}

std::vector<IpAddress> TopologyValues::addresses(const toml::node& node) const {
  std::vector<IpAddress> found;
  for (const toml::node* entry : list(node)) {
    const IpAddress next = address(*entry);
    for (const IpAddress& other : found) {
      if (other.family == next.family) fail(*entry, "more than one address of a family");
    }
    found.push_back(next);
  }
  return found;
}

std::uint8_t TopologyValues::protocol(const toml::node& node) const {
  if (node.is_integer()) return number<std::uint8_t>(node, 0, 255);
  return word<std::uint8_t>(node,
                            {{"tcp", kTcp}, {"udp", kUdp}, {"icmp", kIcmp}, {"icmpv6", kIcmpv6}});
}

std::uint16_t TopologyValues::port(const toml::key& key) const {
  const std::string given(key.str());
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error != std::errc{} || end != given.data() + given.size() || value == 0) {
    fail(key.source(), absl::StrFormat("'%s' is not a port", given));
  }
  return value;
}

}  // namespace etr::simulation
