// The layout of public types as text, see abi_layout_test.cc.
#pragma once

#include <cstddef>
#include <cstring>
#include <sstream>
#include <string>

#include "etr/plugin.h"

namespace etr::test {

class Layout {
 public:
  template <class Type>
  Layout& type(const char* name) {
    text_ << '\n'
          << name << ": " << sizeof(Type) << " octets, aligned to " << alignof(Type) << '\n';
    return *this;
  }

  template <class Class, class Member>
  Layout& member(const char* name, Member Class::*member) {
    const Class object{};
    const auto* const start = reinterpret_cast<const char*>(&object);
    const auto* const place = reinterpret_cast<const char*>(&(object.*member));
    text_ << "  " << place - start << ' ' << name << '\n';
    return *this;
  }

  // In the Itanium C++ ABI a pointer to a virtual function begins with 1 + its offset in the table.
  template <class Function>
  Layout& function(const char* name, Function pointer) {
    static_assert(sizeof pointer >= sizeof(std::ptrdiff_t));
    std::ptrdiff_t offset = 0;
    std::memcpy(&offset, &pointer, sizeof offset);
    text_ << "  slot " << (offset - 1) / static_cast<std::ptrdiff_t>(sizeof(void*)) << ' ' << name
          << '\n';
    return *this;
  }

  template <class Enumerator>
  Layout& value(const char* name, Enumerator value) {
    text_ << "  = " << static_cast<int>(value) << ' ' << name << '\n';
    return *this;
  }

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

#define ETR_TYPE(Type) layout.type<Type>(#Type)
#define ETR_MEMBER(Type, name) layout.member<Type>(#name, &Type::name)
#define ETR_FUNCTION(Type, name) layout.function(#name, &Type::name)
#define ETR_VALUE(Type, name) layout.value(#name, Type::name)

void describe_values(Layout& layout);
void describe_probes(Layout& layout);
void describe_paths(Layout& layout);
void describe_events(Layout& layout);
void describe_runs(Layout& layout);
void describe_interfaces(Layout& layout);
void describe_descriptor(Layout& layout);

}  // namespace etr::test
