// Addresses for tests, from text.
#pragma once

#include <stdexcept>
#include <string>

#include "etr/ip_address.h"

namespace etr::test {

/// An address that the test spells right.
inline IpAddress address(const std::string& text) {
  const auto parsed = IpAddress::parse(text);
  if (!parsed) throw std::invalid_argument("not an address: " + text);
  return *parsed;
}

}  // namespace etr::test
