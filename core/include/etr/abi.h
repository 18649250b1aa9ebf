// The binary contract between the host and a plugin. See docs/abi.md for what is promised.
//
// A plugin library exports one constant, C-linkage object, `etr_plugin_descriptor`. The host reads
// its head first, field by field and in this order, before it touches anything else: magic, ABI
// version, size, library fingerprint. Only if all agree is the rest, which has C++ types, valid.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "etr/option.h"
#include "etr/path_hasher.h"
#include "etr/prober.h"
#include "etr/sink.h"
#include "etr/view.h"

#define ETR_DETAIL_TEXT2(x) #x
#define ETR_DETAIL_TEXT(x) ETR_DETAIL_TEXT2(x)

#if defined(__SANITIZE_ADDRESS__)
#define ETR_DETAIL_SANITIZER ";asan"
#elif defined(__SANITIZE_THREAD__)
#define ETR_DETAIL_SANITIZER ";tsan"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ETR_DETAIL_SANITIZER ";asan"
#elif __has_feature(thread_sanitizer)
#define ETR_DETAIL_SANITIZER ";tsan"
#endif
#endif
#ifndef ETR_DETAIL_SANITIZER
#define ETR_DETAIL_SANITIZER ""
#endif

#if defined(__GLIBCXX__)
#define ETR_DETAIL_LIBRARY "libstdc++;cxx11=" ETR_DETAIL_TEXT(_GLIBCXX_USE_CXX11_ABI)
#elif defined(_LIBCPP_VERSION)
#define ETR_DETAIL_LIBRARY "libc++;abi=" ETR_DETAIL_TEXT(_LIBCPP_ABI_VERSION)
#else
#define ETR_DETAIL_LIBRARY "unknown"
#endif

#if defined(_GLIBCXX_DEBUG) || defined(_LIBCPP_DEBUG)
#define ETR_DETAIL_DEBUG ";debug"
#else
#define ETR_DETAIL_DEBUG ""
#endif

namespace etr {

/// "etr!" in memory order on a little-endian machine.
inline constexpr std::uint32_t kPluginMagic = 0x21727465;
/// Incremented with any change to a type that crosses the boundary.
inline constexpr std::uint32_t kAbiVersion = 3;
/// Names what must agree for C++ types to be shared: the standard library, its ABI flag, debug and
/// sanitizer mode. Not the compiler or its release: g++ and clang plugins mix.
inline constexpr const char* kLibraryFingerprint =
    ETR_DETAIL_LIBRARY ETR_DETAIL_DEBUG ETR_DETAIL_SANITIZER;
/// The symbol that the host looks up.
inline constexpr const char* kDescriptorSymbol = "etr_plugin_descriptor";

enum class PluginKind : std::uint32_t { kProber = 1, kHasher = 2, kSink = 3, kView = 4 };

/// Plain C types only; this part never changes.
struct DescriptorHead {
  std::uint32_t magic;
  std::uint32_t abi_version;
  std::uint32_t size;  ///< sizeof(PluginDescriptor) as the plugin was compiled.
  std::uint32_t kind;  ///< PluginKind.
  const char* fingerprint;
};

template <class Interface>
using CreateFunction = std::unique_ptr<Interface> (*)(const std::vector<NamedOption>&);

struct PluginDescriptor {
  DescriptorHead head;
  const char* name;
  const char* version;
  const char* summary;
  std::vector<OptionSpec> (*options)();
  /// Exactly one of these is set, the one that `head.kind` names. It may throw std::exception.
  CreateFunction<Prober> create_prober;
  CreateFunction<PathHasher> create_hasher;
  CreateFunction<Sink> create_sink;
  CreateFunction<View> create_view;
};

}  // namespace etr
