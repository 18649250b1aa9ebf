// The catalog: finds plugins by kind and name, opens them, and makes guarded instances.
//
// A plugin is <folder>/<kind>s/<name>.so, and its descriptor has the same kind and name. The first
// folder that has the file wins, even if that file is then refused: a broken plugin is never
// replaced silently by another one. Only plugins that are asked for are opened. Not thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/abi.h"
#include "etr/option.h"
#include "plugin/guard.h"
#include "plugin/plugin_use.h"
#include "plugin/search_path.h"

namespace etr::plugin {

/// A plugin that has been found and opened.
struct Plugin {
  PluginKind kind = PluginKind::kSink;
  std::string name;
  std::filesystem::path file;
  const PluginDescriptor* descriptor = nullptr;
};

/// The instance in messages: "sink 'csv'".
std::string label_of(PluginKind kind, const PluginUse& use);

class Catalog {
 public:
  explicit Catalog(SearchPath search_path);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// Finds the file of one plugin, and opens nothing.
  absl::StatusOr<std::filesystem::path> locate(PluginKind kind, const std::string& name);
  /// Finds and opens one plugin. Errors name it, and the file if there is one.
  absl::StatusOr<Plugin> find(PluginKind kind, const std::string& name);

  /// Checks the options of `use` without making an instance: a value for every option.
  absl::StatusOr<std::vector<NamedOption>> resolve(PluginKind kind, const PluginUse& use);

  /// Guarded instances. Errors are meant for the user: where `use` was written, or which instance
  /// it is, and the reason. `report` receives faults that do not end the run, see guard.h.
  absl::StatusOr<std::unique_ptr<Prober>> create_prober(const PluginUse& use, FaultReport report);
  absl::StatusOr<std::unique_ptr<PathHasher>> create_hasher(const PluginUse& use);
  absl::StatusOr<std::unique_ptr<Sink>> create_sink(const PluginUse& use);
  absl::StatusOr<std::unique_ptr<View>> create_view(const PluginUse& use);

  /// The plugins opened so far, by kind and name.
  std::vector<Plugin> opened() const;
  /// Names of one kind in all folders, sorted.
  std::vector<std::string> names(PluginKind kind) const;

  /// The path under which this process may load `file`: in an elevated run its true path, and only
  /// if it can be trusted. For loading a plugin that is not in a plugin folder.
  absl::StatusOr<std::filesystem::path> permit(const std::filesystem::path& file) const;

  /// Messages for the user since the last call: shadowed plugins, folders that do not exist.
  std::vector<std::string> take_notices() { return std::exchange(notices_, {}); }

 private:
  absl::StatusOr<Plugin> open(PluginKind kind, const std::string& name);
  /// What the plugin itself has to say against these values.
  static absl::Status validate(const Plugin& plugin, const PluginUse& use,
                               const std::vector<NamedOption>& values);
  template <class Interface, class Guard>
  absl::StatusOr<std::unique_ptr<Interface>> create(
      PluginKind kind, const PluginUse& use, CreateFunction<Interface> PluginDescriptor::*creator,
      const Guard& guard);

  const SearchPath search_path_;
  std::map<std::pair<PluginKind, std::string>, Plugin> opened_;
  std::vector<std::string> notices_;
};

}  // namespace etr::plugin
