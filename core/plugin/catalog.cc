#include "plugin/catalog.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/nearest_name.h"
#include "plugin/kind.h"
#include "plugin/library.h"
#include "plugin/option_values.h"
#include "plugin/trust.h"

namespace etr::plugin {
namespace {

namespace fs = std::filesystem;

// A name becomes part of a path: it must not lead out of the plugin folder.
bool is_plugin_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.size() <= 128 &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

// `where` first, if it is known.
absl::Status at(const std::string& where, const absl::Status& status) {
  if (where.empty()) return status;
  return absl::Status(status.code(), where + ": " + std::string(status.message()));
}

// Where the option was written that the text of a refusal names: "option 'theme': ...". Else where
// the plugin was named.
std::string place_of(const PluginUse& use, const std::string& text) {
  for (const RawOption& option : use.options) {
    if (text.find("option '" + option.name + "'") != std::string::npos) return option.where;
  }
  return use.where;
}

}  // namespace

std::string label_of(PluginKind kind, const PluginUse& use) {
  return use.label.empty() ? absl::StrFormat("%s '%s'", kind_name(kind), use.name) : use.label;
}

Catalog::Catalog(SearchPath search_path)
    : search_path_(std::move(search_path)), notices_(search_path_.notices) {
  for (const PluginFolder& folder : search_path_.folders) {
    std::error_code error;
    if (!fs::is_directory(folder.path, error)) {
      notices_.push_back(absl::StrFormat("plugin folder %s (%s) does not exist",
                                         folder.path.string(), folder.origin));
    }
  }
}

absl::StatusOr<Plugin> Catalog::find(PluginKind kind, const std::string& name) {
  const std::pair key{kind, name};
  if (const auto known = opened_.find(key); known != opened_.end()) return known->second;
  absl::StatusOr<Plugin> plugin = open(kind, name);
  if (plugin.ok()) opened_.emplace(key, *plugin);
  return plugin;
}

absl::StatusOr<fs::path> Catalog::permit(const fs::path& file) const {
  if (!search_path_.elevated) return file;
  std::error_code error;
  const fs::path true_path = fs::canonical(file, error);
  if (error) return absl::NotFoundError(file.string() + ": " + error.message());
  const absl::Status status = check_trusted(true_path, search_path_.owner);
  if (!status.ok()) return status;
  return true_path;
}

absl::StatusOr<fs::path> Catalog::locate(PluginKind kind, const std::string& name) {
  if (!is_plugin_name(name)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is not the name of a %s", toml_string(name), kind_name(kind)));
  }

  std::optional<fs::path> file;
  for (const PluginFolder& folder : search_path_.folders) {
    const fs::path candidate = folder.path / folder_name(kind) / (name + ".so");
    std::error_code error;
    if (!fs::exists(fs::symlink_status(candidate, error))) continue;
    if (!file) {
      file = candidate;
    } else if (!fs::equivalent(*file, candidate, error)) {
      notices_.push_back(absl::StrFormat("%s '%s': %s is used, not %s (%s)", kind_name(kind), name,
                                         file->string(), candidate.string(), folder.origin));
    }
  }
  if (!file) {
    const std::vector<std::string> known = names(kind);
    return absl::NotFoundError(
        absl::StrFormat("no %s is called '%s'%s", kind_name(kind), name,
                        base::nearest_name(name, known).empty()
                            ? (known.empty() ? std::string(": there is none in the plugin folders")
                                             : "; there are " + absl::StrJoin(known, ", "))
                            : base::did_you_mean(name, known)));
  }

  return permit(*file);
}

absl::StatusOr<Plugin> Catalog::open(PluginKind kind, const std::string& name) {
  const absl::StatusOr<fs::path> file = locate(kind, name);
  if (!file.ok()) return file.status();
  const absl::StatusOr<const PluginDescriptor*> descriptor = open_library(*file);
  if (!descriptor.ok()) return descriptor.status();
  const auto found_kind = static_cast<PluginKind>((*descriptor)->head.kind);
  if (found_kind != kind) {
    return absl::FailedPreconditionError(absl::StrFormat("%s: it is a %s, not a %s", file->string(),
                                                         kind_name(found_kind), kind_name(kind)));
  }
  if ((*descriptor)->name != name) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: it calls itself '%s'; a plugin has the name of its file",
                        file->string(), (*descriptor)->name));
  }
  return Plugin{kind, name, *file, *descriptor};
}

absl::Status Catalog::validate(const Plugin& plugin, const PluginUse& use,
                               const std::vector<NamedOption>& values) {
  try {
    guarded(
        label_of(plugin.kind, use), "validate", [&] { plugin.descriptor->validate(values); },
        FaultText::kForUser);
  } catch (const PluginFault& fault) {
    return at(place_of(use, fault.what()), absl::InvalidArgumentError(fault.what()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NamedOption>> Catalog::resolve(PluginKind kind, const PluginUse& use) {
  const absl::StatusOr<Plugin> plugin = find(kind, use.name);
  if (!plugin.ok()) return at(use.where, plugin.status());
  try {
    const std::vector<OptionSpec> specs =
        guarded(label_of(kind, use), "options", [&] { return plugin->descriptor->options(); });
    const absl::StatusOr<std::vector<NamedOption>> given = check_options(specs, use.options);
    if (!given.ok()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s (%s '%s')", std::string(given.status().message()), kind_name(kind), use.name));
    }
    absl::StatusOr<std::vector<NamedOption>> values = with_defaults(specs, *given);
    if (!values.ok()) {
      return at(use.where, absl::InvalidArgumentError(
                               absl::StrFormat("%s '%s': %s", kind_name(kind), use.name,
                                               std::string(values.status().message()))));
    }
    if (absl::Status status = validate(*plugin, use, *values); !status.ok()) return status;
    return values;
  } catch (const PluginFault& fault) {
    return absl::InternalError(fault.what());
  }
}

template <class Interface, class Guard>
absl::StatusOr<std::unique_ptr<Interface>> Catalog::create(
    PluginKind kind, const PluginUse& use, CreateFunction<Interface> PluginDescriptor::*creator,
    const Guard& guard) {
  const absl::StatusOr<std::vector<NamedOption>> options = resolve(kind, use);
  if (!options.ok()) return options.status();
  const absl::StatusOr<Plugin> plugin = find(kind, use.name);
  const std::string label = label_of(kind, use);
  try {
    std::unique_ptr<Interface> instance = guarded(
        label, "create", [&] { return (plugin->descriptor->*creator)(*options); },
        FaultText::kForUser);
    if (instance == nullptr) return absl::InternalError(label + ": create returned no instance");
    return guard(std::move(instance), label);
  } catch (const PluginFault& fault) {
    return at(place_of(use, fault.what()), absl::FailedPreconditionError(fault.what()));
  }
}

absl::StatusOr<std::unique_ptr<Prober>> Catalog::create_prober(const PluginUse& use,
                                                               FaultReport report) {
  return create<Prober>(PluginKind::kProber, use, &PluginDescriptor::create_prober,
                        [&](std::unique_ptr<Prober> prober, const std::string& label) {
                          return guard(std::move(prober), label, std::move(report));
                        });
}

absl::StatusOr<std::unique_ptr<PathHasher>> Catalog::create_hasher(const PluginUse& use) {
  return create<PathHasher>(PluginKind::kHasher, use, &PluginDescriptor::create_hasher,
                            [](std::unique_ptr<PathHasher> hasher, const std::string& label) {
                              return guard(std::move(hasher), label);
                            });
}

absl::StatusOr<std::unique_ptr<Sink>> Catalog::create_sink(const PluginUse& use) {
  return create<Sink>(PluginKind::kSink, use, &PluginDescriptor::create_sink,
                      [](std::unique_ptr<Sink> sink, const std::string& label) {
                        return guard(std::move(sink), label);
                      });
}

absl::StatusOr<std::unique_ptr<View>> Catalog::create_view(const PluginUse& use) {
  return create<View>(PluginKind::kView, use, &PluginDescriptor::create_view,
                      [](std::unique_ptr<View> view, const std::string& label) {
                        return guard(std::move(view), label);
                      });
}

std::vector<std::string> Catalog::names(PluginKind kind) const {
  std::vector<std::string> found;
  for (const PluginFolder& folder : search_path_.folders) {
    std::error_code error;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(folder.path / folder_name(kind), error)) {
      if (entry.path().extension() == ".so" && is_plugin_name(entry.path().stem().string())) {
        found.push_back(entry.path().stem().string());
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<Plugin> Catalog::opened() const {
  std::vector<Plugin> plugins;
  for (const auto& [key, plugin] : opened_) plugins.push_back(plugin);
  return plugins;
}

}  // namespace etr::plugin
