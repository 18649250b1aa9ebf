#include "pipeline/pipeline_config.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "base/nearest_name.h"
#include "pipeline/sink_names.h"
#include "plugin/kind.h"
#include "plugin/option_values.h"

namespace etr::pipeline {
namespace {

namespace fs = std::filesystem;
using plugin::PluginUse;
using plugin::RawOption;

void replace_use(PluginUse& use, const std::optional<PluginUse>& by) {
  if (!by) return;
  if (use.name == by->name) {
    use.options.insert(use.options.end(), by->options.begin(), by->options.end());
    use.where = by->where;
  } else {
    use = *by;
  }
}

absl::Status bad_set(const RawOption& set, const std::string& text) {
  return absl::InvalidArgumentError(absl::StrFormat("%s %s: %s", set.where, set.name, text));
}

// "trace.flows", "prober.key", "hasher.key", "view.key" or "sink.NAME.key".
absl::Status apply_set(const RawOption& set, PipelineConfig& config) {
  const std::size_t dot = set.name.find('.');
  if (dot == std::string::npos || dot + 1 == set.name.size()) {
    return bad_set(set, "write table.key=value");
  }
  const std::string table = set.name.substr(0, dot);
  RawOption option = set;
  option.name = set.name.substr(dot + 1);

  if (table == "trace" && option.name == "capture_buffer") {
    return bad_set(set, "comes too late here, use the flag --capture-buffer");
  }
  if (table == "trace") return apply_trace_options({option}, config.trace, config.trace_places);
  if (table == "prober") {
    config.prober.options.push_back(option);
    return absl::OkStatus();
  }
  if (table == "hasher") {
    config.hasher.options.push_back(option);
    return absl::OkStatus();
  }
  if (table == "view") {
    if (!config.view) return bad_set(set, "this pipeline has no view");
    config.view->options.push_back(option);
    return absl::OkStatus();
  }
  if (table == "sink") {
    const std::size_t second = option.name.find('.');
    if (second == std::string::npos) return bad_set(set, "write sink.NAME.key=value");
    const std::string name = option.name.substr(0, second);
    option.name.erase(0, second + 1);
    const absl::StatusOr<PluginUse*> sink = find_sink(config.sinks, name);
    if (!sink.ok()) return bad_set(set, std::string(sink.status().message()));
    (*sink)->options.push_back(option);
    return absl::OkStatus();
  }
  return bad_set(set, "there is no table '" + table + "'" +
                          base::did_you_mean(table, {"trace", "prober", "hasher", "view", "sink"}));
}

absl::Status apply_sets(const std::vector<RawOption>& sets, PipelineConfig& config) {
  std::set<std::string> seen;
  for (const RawOption& set : sets) {
    if (!seen.insert(set.name).second) return bad_set(set, "is given twice");
    if (absl::Status status = apply_set(set, config); !status.ok()) return status;
  }
  return absl::OkStatus();
}

plugin::RawValue raw_value(const OptionValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  if (const auto* time = std::get_if<Duration>(&value)) return base::format_duration(*time);
  return std::get<std::string>(value);
}

/// The names of options that nobody is to see, of a plugin that has been found.
std::set<std::string> secrets(plugin::Catalog& catalog, PluginKind kind, const std::string& name) {
  std::set<std::string> names;
  for (const OptionSpec& spec : catalog.find(kind, name)->descriptor->options()) {
    if (spec.secret) names.insert(spec.name);
  }
  return names;
}

absl::Status resolve(plugin::Catalog& catalog, PluginKind kind, PluginUse& use) {
  const absl::StatusOr<std::vector<NamedOption>> values = catalog.resolve(kind, use);
  if (!values.ok()) return values.status();
  std::map<std::string, std::string> places;
  for (const RawOption& given : use.options) places[given.name] = given.where;
  use.options.clear();
  const std::set<std::string> secret = secrets(catalog, kind, use.name);
  for (const NamedOption& named : *values) {
    if (std::holds_alternative<std::monostate>(named.value)) continue;
    const auto place = places.find(named.name);
    use.options.push_back({named.name, raw_value(named.value),
                           place == places.end() ? use.where : place->second,
                           secret.contains(named.name)});
  }
  return absl::OkStatus();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

absl::StatusOr<PipelineConfig> override_config(PipelineConfig config, const Overrides& overrides) {
  replace_use(config.prober, overrides.prober);
  replace_use(config.hasher, overrides.hasher);
  if (overrides.view && config.view) replace_use(*config.view, overrides.view);
  if (overrides.view && !config.view) config.view = overrides.view;
  if (overrides.no_view) config.view.reset();
  config.sinks.insert(config.sinks.end(), overrides.sinks.begin(), overrides.sinks.end());
  absl::Status status = name_sinks(config.sinks);
  if (status.ok()) status = apply_sets(overrides.sets, config);
  if (status.ok()) {
    status = apply_trace_options(overrides.trace, config.trace, config.trace_places);
  }
  if (status.ok()) status = validate(config.trace, config.trace_places);
  if (!status.ok()) return status;
  if (!config.view && config.sinks.empty()) {
    return absl::InvalidArgumentError((config.file.empty() ? "the pipeline" : config.file) +
                                      ": no view and no sink configured");
  }
  return config;
}

absl::Status resolve_plugins(plugin::Catalog& catalog, PipelineConfig& config) {
  absl::Status status = resolve(catalog, PluginKind::kProber, config.prober);
  if (status.ok()) status = resolve(catalog, PluginKind::kHasher, config.hasher);
  if (status.ok() && config.view) status = resolve(catalog, PluginKind::kView, *config.view);
  for (PluginUse& sink : config.sinks) {
    if (status.ok()) status = resolve(catalog, PluginKind::kSink, sink);
  }
  return status;
}

absl::StatusOr<fs::path> find_installed(const std::string& kind, const std::string& name,
                                        const fs::path& folder) {
  std::error_code error;
  if (name.find('/') != std::string::npos || fs::is_regular_file(name, error)) {
    return fs::path(name);
  }
  for (const std::string& file : {name, name + ".toml"}) {
    if (fs::is_regular_file(folder / file, error)) return folder / file;
  }
  // Any other file of that name: reading it reports what is wrong with it.
  if (fs::exists(name, error)) return fs::path(name);
  const std::vector<std::string> known = names_in(folder);
  std::string hint = base::did_you_mean(name, known);
  if (hint.empty() && !known.empty()) hint = "; installed are " + absl::StrJoin(known, ", ");
  return absl::NotFoundError(
      absl::StrFormat("no %s '%s', neither here nor in %s%s", kind, name, folder.string(), hint));
}

}  // namespace etr::pipeline
