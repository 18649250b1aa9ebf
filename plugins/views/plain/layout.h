// Numbers and hosts as text of known width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "etr/ip_address.h"
#include "etr/time.h"

namespace plain {

/// Printable text filled with spaces, on the right or left, to a width in columns; wider text
/// stays.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

/// A number of a table: on the right of a column, and never without a blank before it.
std::string cell(std::string_view text, std::size_t width);

/// "12.34", in milliseconds; "-" for none.
std::string milliseconds(std::optional<etr::Duration> value);

/// "12.3%"; `share` is 0..1.
std::string percent(double share);

/// "0-2,5,7-8".
std::string ranges(const std::set<std::uint32_t>& numbers);

/// "3", or "3-30".
std::string ttl_range(std::uint8_t first, std::uint8_t last);

/// A TTL, or several, at the beginning of a line: right-aligned in 4 columns, and 2 blanks, at
/// least one where it is longer.
std::string ttl_label(std::string_view ttls);

/// "1 flow", "2 flows".
std::string counted(std::uint64_t count, std::string_view noun);

/// "gw.example (192.0.2.1)", or the address alone; cut to `width` columns. The name is made
/// printable; the address is never cut away for it.
std::string host(const etr::IpAddress& address, std::string_view name, std::size_t width);

}  // namespace plain
