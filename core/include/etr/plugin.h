// All that a plugin needs: include this, write a class, and add ETR_PLUGIN(Class).
//
// The class derives from Prober, PathHasher, Sink or View and has
//   static constexpr etr::PluginInfo kInfo{"name", "1.0.0", "One line"};
// and, if it has options, a struct Options with defaults, a tuple
//   static constexpr auto kOptions = std::tuple{etr::option("path", &Options::path, "Help")};
// and a constructor from const Options&. Without options it is default-constructed. What values
// alone cannot say about each other, `static void validate(const Options&)` may: it throws.
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <vector>

#include "etr/abi.h"
#include "etr/event.h"
#include "etr/flow.h"
#include "etr/ip_address.h"
#include "etr/option.h"
#include "etr/path.h"
#include "etr/path_hasher.h"
#include "etr/prober.h"
#include "etr/reply.h"
#include "etr/run_info.h"
#include "etr/sink.h"
#include "etr/snapshot.h"
#include "etr/time.h"
#include "etr/view.h"
#include "etr/wire.h"

namespace etr {

struct PluginInfo {
  const char* name;  ///< Equal to the library's file name without ".so".
  const char* version;
  const char* summary;  ///< One line.
};

namespace detail {

template <class Class, class Interface>
std::unique_ptr<Interface> create(const std::vector<NamedOption>& values) {
  if constexpr (HasOptions<Class>) {
    return std::make_unique<Class>(read_options<Class>(values));
  } else {
    if (!values.empty()) throw std::runtime_error("unknown option '" + values.front().name + "'");
    return std::make_unique<Class>();
  }
}

template <class Class, class Interface>
constexpr CreateFunction<Interface> create_if() {
  if constexpr (std::is_base_of_v<Interface, Class>) return &create<Class, Interface>;
  return nullptr;
}

template <class Class>
constexpr PluginKind kind_of() {
  if constexpr (std::is_base_of_v<Prober, Class>)
    return PluginKind::kProber;
  else if constexpr (std::is_base_of_v<PathHasher, Class>)
    return PluginKind::kHasher;
  else if constexpr (std::is_base_of_v<Sink, Class>)
    return PluginKind::kSink;
  else {
    static_assert(std::is_base_of_v<View, Class>,
                  "a plugin derives from etr::Prober, PathHasher, Sink or View");
    return PluginKind::kView;
  }
}

template <class Class>
constexpr PluginDescriptor describe() {
  constexpr PluginKind kKind = kind_of<Class>();
  return {{kPluginMagic, abi_version(kKind), sizeof(PluginDescriptor),
           static_cast<std::uint32_t>(kKind), fingerprint(kKind)},
          abi_revision(kKind),
          Class::kInfo.name,
          Class::kInfo.version,
          Class::kInfo.summary,
          &option_specs<Class>,
          &validate_options<Class>,
          create_if<Class, Prober>(),
          create_if<Class, PathHasher>(),
          create_if<Class, Sink>(),
          create_if<Class, View>()};
}

}  // namespace detail
}  // namespace etr

/// Exports `Class` as the plugin of this library. Once per library, at namespace scope.
#define ETR_PLUGIN(Class)                            \
  extern "C" __attribute__((visibility("default")))  \
  const etr::PluginDescriptor etr_plugin_descriptor; \
  constexpr etr::PluginDescriptor etr_plugin_descriptor = etr::detail::describe<Class>()
