// A hash of how public types lie in memory, computed by the compiler of whoever includes this.
//
// Program and plugin compute it apart. If the hashes differ, a type has another size, or a member
// another place, than the other side believes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace etr::detail {

/// FNV-1a (Fowler, Noll, Vo; 64 bits) over names, sizes and places.
class LayoutHash {
 public:
  constexpr void type(std::string_view name, std::size_t size, std::size_t alignment) {
    add(name);
    add(size);
    add(alignment);
  }
  constexpr void member(std::string_view name, std::size_t offset, std::size_t size) {
    add(name);
    add(offset);
    add(size);
  }
  constexpr std::uint64_t value() const { return value_; }

 private:
  constexpr void add_octet(std::uint8_t octet) { value_ = (value_ ^ octet) * 0x100000001b3ULL; }
  constexpr void add(std::size_t number) {
    for (int i = 0; i < 8; ++i, number >>= 8U) add_octet(static_cast<std::uint8_t>(number & 0xffU));
  }
  constexpr void add(std::string_view text) {
    for (const char c : text) add_octet(static_cast<std::uint8_t>(c));
    add_octet(0);
  }

  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace etr::detail
