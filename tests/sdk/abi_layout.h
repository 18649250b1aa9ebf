// The layout of public types as text, see abi_layout_test.cc.
#pragma once

#include <cstddef>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "etr/plugin.h"

namespace etr::test {

/// A visitor of etr/layout.h, which also takes what the compiler cannot compute: slots of virtual
/// functions and numbers of enumerators.
class Layout {
 public:
  struct Member {
    std::string name;
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  struct Type {
    std::string name;
    std::size_t size = 0;
    std::size_t alignment = 0;
    std::vector<Member> members;
  };

  void type(std::string_view name, std::size_t size, std::size_t alignment) {
    types_.push_back({std::string(name), size, alignment, {}});
    text_ << '\n' << name << ": " << size << " octets, aligned to " << alignment << '\n';
  }

  void member(std::string_view name, std::size_t offset, std::size_t size) {
    types_.back().members.push_back({std::string(name), offset, size});
    text_ << "  " << offset << ' ' << name << '\n';
  }

  void interface(std::string_view name) { text_ << '\n' << name << '\n'; }

  // In the Itanium C++ ABI a pointer to a virtual function begins with 1 + its offset in the table.
  template <class Function>
  void function(std::string_view name, Function pointer) {
    static_assert(sizeof pointer >= sizeof(std::ptrdiff_t));
    std::ptrdiff_t offset = 0;
    std::memcpy(&offset, &pointer, sizeof offset);
    text_ << "  slot " << (offset - 1) / static_cast<std::ptrdiff_t>(sizeof(void*)) << ' ' << name
          << '\n';
  }

  template <class Enumerator>
  void value(std::string_view name, Enumerator value) {
    text_ << "  = " << static_cast<int>(value) << ' ' << name << '\n';
  }

  std::string text() const { return text_.str(); }
  const std::vector<Type>& types() const { return types_; }

 private:
  std::ostringstream text_;
  std::vector<Type> types_;
};

#define ETR_INTERFACE(Type) layout.interface(#Type)
#define ETR_FUNCTION(Type, name) layout.function(#name, &Type::name)
#define ETR_VALUE(Type, name) layout.value(#name, Type::name)

/// The interface of a kind, and the enumerations that its plugins see.
void describe_interface(Layout& layout, PluginKind kind);
void describe_enumerations(Layout& layout, PluginKind kind);

}  // namespace etr::test
