// Numbers and hosts as text, padded or cut to a width in terminal columns.
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

/// `text` left- or right-aligned in `width` columns; longer text is not cut.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

/// A right-aligned field of a table, with at least one space before it.
std::string cell(std::string_view text, std::size_t width);

/// "12.34", in milliseconds; "-" for none.
std::string milliseconds(std::optional<etr::Duration> value);

/// "0-2,5,7-8".
std::string ranges(const std::set<std::uint32_t>& numbers);

/// "3", or "3-30".
std::string ttl_range(std::uint8_t first, std::uint8_t last);

/// The TTLs at the beginning of a line: right-aligned in 4 columns and followed by 2 spaces; a
/// longer text uses up the spaces, but for one.
std::string ttl_label(std::string_view ttls);

/// "1 flow", "2 flows".
std::string counted(std::uint64_t count, std::string_view noun);

/// "gw.example (192.0.2.1)", or the address alone. The name is made printable, and cut so that both
/// fit `width` columns; the address is never cut.
std::string host(const etr::IpAddress& address, std::string_view name, std::size_t width);

}  // namespace plain
