// The four kinds of plugin by their names: in messages, in pipeline files, and as folders.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "etr/abi.h"

namespace etr::plugin {

inline constexpr std::array kAllKinds{PluginKind::kProber, PluginKind::kHasher, PluginKind::kSink,
                                      PluginKind::kView};

/// "prober", "hasher", "sink" or "view".
constexpr std::string_view kind_name(PluginKind kind) {
  switch (kind) {
    case PluginKind::kProber: return "prober";
    case PluginKind::kHasher: return "hasher";
    case PluginKind::kSink: return "sink";
    case PluginKind::kView: break;
  }
  return "view";
}

constexpr std::optional<PluginKind> parse_kind(std::string_view name) {
  for (const PluginKind kind : kAllKinds) {
    if (kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

/// The folder that holds plugins of this kind: "probers".
inline std::string folder_name(PluginKind kind) { return std::string(kind_name(kind)) + "s"; }

}  // namespace etr::plugin
