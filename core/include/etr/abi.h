// The binary contract between the host and a plugin. See docs/abi.md for what is promised.
//
// A plugin library exports one constant, C-linkage object, `etr_plugin_descriptor`. The host reads
// its head first, field by field and in this order, before it touches anything else: magic, ABI
// version of its kind, size, fingerprint. Only if all agree is the rest, which has C++ types,
// valid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "etr/layout.h"
#include "etr/layout_hash.h"
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
/// The symbol that the host looks up.
inline constexpr const char* kDescriptorSymbol = "etr_plugin_descriptor";

enum class PluginKind : std::uint32_t { kProber = 1, kHasher = 2, kSink = 3, kView = 4 };

/// The version of a kind's interface: incremented with any change to a type that crosses the
/// boundary for this kind.
constexpr std::uint32_t abi_version(PluginKind /*kind*/) { return 3; }

/// The revision of a kind's interface within its version: incremented with any addition to it.
/// Newer programs accept plugins of older revisions, not the other way round.
constexpr std::uint32_t abi_revision(PluginKind /*kind*/) { return 0; }

namespace detail {

/// The types that plugins of this kind share with the program.
template <class Visitor>
constexpr void describe_kind(Visitor& layout, PluginKind kind) {
  describe_values(layout);
  describe_options(layout);
  if (kind == PluginKind::kProber) describe_probes(layout);
  if (kind == PluginKind::kSink || kind == PluginKind::kView) describe_records(layout);
  if (kind == PluginKind::kView) describe_commands(layout);
}

constexpr std::uint64_t layout_hash(PluginKind kind) {
  LayoutHash layout;
  describe_kind(layout, kind);
  return layout.value();
}

inline constexpr std::string_view kLibrary =
    ETR_DETAIL_LIBRARY ETR_DETAIL_DEBUG ETR_DETAIL_SANITIZER ";layout=";

template <PluginKind kKind>
constexpr auto make_fingerprint() {
  std::array<char, kLibrary.size() + 17> text{};
  std::size_t end = 0;
  for (const char c : kLibrary) text[end++] = c;
  const std::uint64_t hash = layout_hash(kKind);
  for (unsigned shift = 64; shift > 0; shift -= 4) {
    text[end++] = "0123456789abcdef"[(hash >> (shift - 4)) & 0xfU];
  }
  return text;
}

template <PluginKind kKind>
inline constexpr auto kFingerprintText = make_fingerprint<kKind>();

}  // namespace detail

/// Names what must agree for C++ types to be shared: the standard library, its ABI flag, debug and
/// sanitizer mode, and the layout of the types that the kind touches. Not the compiler or its
/// release: g++ and clang plugins mix.
constexpr const char* fingerprint(PluginKind kind) {
  switch (kind) {
    case PluginKind::kProber: return detail::kFingerprintText<PluginKind::kProber>.data();
    case PluginKind::kHasher: return detail::kFingerprintText<PluginKind::kHasher>.data();
    case PluginKind::kSink: return detail::kFingerprintText<PluginKind::kSink>.data();
    case PluginKind::kView: break;
  }
  return detail::kFingerprintText<PluginKind::kView>.data();
}

/// Plain C types only; this part never changes.
struct DescriptorHead {
  std::uint32_t magic;
  std::uint32_t abi_version;  ///< Of its kind.
  std::uint32_t size;         ///< sizeof(PluginDescriptor) as the plugin was compiled.
  std::uint32_t kind;         ///< PluginKind.
  const char* fingerprint;
};

template <class Interface>
using CreateFunction = std::unique_ptr<Interface> (*)(const std::vector<NamedOption>&);

struct PluginDescriptor {
  DescriptorHead head;
  std::uint32_t revision;  ///< Of its kind's interface, as the plugin was compiled.
  const char* name;
  const char* version;
  const char* summary;
  std::vector<OptionSpec> (*options)();
  /// Throws std::exception if the plugin cannot work with these values, whose text says why.
  void (*validate)(const std::vector<NamedOption>&);
  /// Exactly one of these is set, the one that `head.kind` names. It may throw std::exception.
  CreateFunction<Prober> create_prober;
  CreateFunction<PathHasher> create_hasher;
  CreateFunction<Sink> create_sink;
  CreateFunction<View> create_view;
};

}  // namespace etr
