#include "pipeline/pipeline_file.h"

#include <toml++/toml.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/nearest_name.h"
#include "base/text_file.h"

namespace etr::pipeline {
namespace {

namespace fs = std::filesystem;
using plugin::PluginUse;
using plugin::RawOption;

// The Go etr's flag names, for users who try them as keys.
constexpr std::pair<std::string_view, std::string_view> kFlagNames[] = {
    {"parallel_probes", "flows"},
    {"inter_ttl_delay", "ttl_delay"},
    {"inter_probe_delay", "round_interval"},
    {"no_resolve", "resolve"},
    {"hash_algorithm", "[hasher] use"},
    {"ipv4", "family"},
    {"ipv6", "family"},
    {"tcp", "[prober] use"},
    {"udp", "[prober] use"},
    {"json_file", "[[sink]] path"},
};

// One problem of the file, with its place; thrown and caught within this file, since TOML nests.
struct Problem {
  absl::Status status;
};

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file) {}

  PipelineConfig read(const toml::table& root) {
    PipelineConfig config;
    const std::vector<std::string> known{"trace", "prober", "hasher", "view", "sink", "plugins"};
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      if (name == "trace")
        read_trace(table(key, node), config);
      else if (name == "prober")
        config.prober = read_use(key.source(), table(key, node));
      else if (name == "hasher")
        config.hasher = read_use(key.source(), table(key, node));
      else if (name == "view")
        config.view = read_use(key.source(), table(key, node));
      else if (name == "sink")
        config.sinks = read_sinks(key, node);
      else if (name == "plugins")
        config.plugin_folders = read_folders(table(key, node));
      else
        fail(key.source(), absl::StrFormat("unknown %s '%s'%s", node.is_table() ? "table" : "key",
                                           name, base::did_you_mean(name, known)));
    }
    return config;
  }

 private:
  std::string place(const toml::source_region& source) const {
    return absl::StrFormat("%s:%d:%d", file_.string(), source.begin.line, source.begin.column);
  }

  [[noreturn]] void fail(const toml::source_region& source, const std::string& text) const {
    throw Problem{absl::InvalidArgumentError(place(source) + ": " + text)};
  }

  const toml::table& table(const toml::key& key, const toml::node& node) const {
    if (const toml::table* found = node.as_table()) return *found;
    fail(key.source(), absl::StrFormat("'%s' is a table: write [%s]", std::string(key.str()),
                                       std::string(key.str())));
  }

  RawOption read_option(const toml::key& key, const toml::node& node) const {
    RawOption option{std::string(key.str()), {}, place(key.source())};
    if (const auto* flag = node.as_boolean())
      option.value = flag->get();
    else if (const auto* number = node.as_integer())
      option.value = number->get();
    else if (const auto* real = node.as_floating_point())
      option.value = real->get();
    else if (const auto* text = node.as_string())
      option.value = text->get();
    else if (const toml::array* list = node.as_array())
      option.value = strings(option.name, *list);
    else
      fail(node.source(), absl::StrFormat("'%s' cannot be %s", option.name, type_of(node)));
    return option;
  }

  std::vector<std::string> strings(const std::string& name, const toml::array& list) const {
    std::vector<std::string> texts;
    for (const toml::node& node : list) {
      const auto* text = node.as_string();
      if (text == nullptr) {
        fail(node.source(), absl::StrFormat("'%s': a list holds strings only", name));
      }
      texts.push_back(text->get());
    }
    return texts;
  }

  static std::string type_of(const toml::node& node) {
    if (node.is_table()) return "a table";
    return "a date or time";
  }

  void read_trace(const toml::table& table, PipelineConfig& config) const {
    std::vector<RawOption> options;
    for (const auto& [key, node] : table) {
      for (const auto& [flag, ours] : kFlagNames) {
        if (key.str() == flag) {
          fail(key.source(),
               absl::StrFormat("unknown option '%s'; did you mean '%s'?", flag, ours));
        }
      }
      RawOption option = read_option(key, node);
      if (option.name == "capture_buffer") {
        fail(key.source(),
             "'capture_buffer' comes too late here: the buffer is allocated before "
             "files are read; use the flag --capture-buffer");
      }
      if (option.name == "simulate") {
        if (auto* path = std::get_if<std::string>(&option.value);
            path != nullptr && !path->empty()) {
          *path = beside_file(*path);
        }
      }
      options.push_back(std::move(option));
    }
    const absl::Status status = apply_trace_options(options, config.trace, config.trace_places);
    if (!status.ok()) throw Problem{status};
  }

  PluginUse read_use(const toml::source_region& source, const toml::table& table) const {
    PluginUse use;
    for (const auto& [key, node] : table) {
      if (key.str() != "use") {
        use.options.push_back(read_option(key, node));
        continue;
      }
      const auto* name = node.as_string();
      if (name == nullptr) fail(node.source(), "'use' is the name of a plugin, a string");
      use.name = name->get();
      use.where = place(node.source());
    }
    if (use.name.empty()) fail(source, "no plugin is named: write use = \"NAME\"");
    return use;
  }

  std::vector<PluginUse> read_sinks(const toml::key& key, const toml::node& node) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) fail(key.source(), "there can be several sinks: write [[sink]]");
    std::vector<PluginUse> sinks;
    for (const toml::node& entry : *list) {
      const toml::table* sink = entry.as_table();
      if (sink == nullptr) fail(entry.source(), "a sink is a table: write [[sink]]");
      sinks.push_back(read_use(entry.source(), *sink));
    }
    return sinks;
  }

  std::vector<plugin::PluginFolder> read_folders(const toml::table& table) const {
    std::vector<plugin::PluginFolder> folders;
    for (const auto& [key, node] : table) {
      if (key.str() != "path") {
        const std::string name(key.str());
        fail(key.source(),
             absl::StrFormat("unknown key '%s'%s", name, base::did_you_mean(name, {"path"})));
      }
      toml::array single;
      const toml::array* list = node.as_array();
      if (const auto* only = node.as_string()) {
        folders.push_back(folder(*only));
        continue;
      }
      if (list == nullptr) fail(node.source(), "'path' is a list of folders");
      for (const toml::node& entry : *list) {
        const auto* path = entry.as_string();
        if (path == nullptr) fail(entry.source(), "a plugin folder is a string");
        folders.push_back(folder(*path));
      }
    }
    return folders;
  }

  plugin::PluginFolder folder(const toml::value<std::string>& path) const {
    return {beside_file(path.get()), place(path.source())};
  }

  std::string beside_file(const std::string& path) const {
    return (fs::absolute(file_).parent_path() / path).lexically_normal().string();
  }

  const fs::path file_;
};

}  // namespace

absl::StatusOr<PipelineConfig> parse_pipeline(std::string_view text, const fs::path& file) {
  try {
    const std::string name = file.string();
    return Reader(file).read(toml::parse(text, std::string_view(name)));
  } catch (const Problem& problem) {
    return problem.status;
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d:%d: %s", file.string(), at.line,
                                                      at.column, std::string(error.description())));
  }
}

absl::StatusOr<PipelineConfig> read_pipeline(const fs::path& file) {
  const absl::StatusOr<std::string> text = base::read_text_file(file, "pipeline");
  if (!text.ok()) return text.status();
  absl::StatusOr<PipelineConfig> config = parse_pipeline(*text, file);
  if (config.ok()) config->file = file.string();
  return config;
}

}  // namespace etr::pipeline
