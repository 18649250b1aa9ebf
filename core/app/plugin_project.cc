#include "app/plugin_project.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "app/plugin_templates.h"
#include "plugin/kind.h"

namespace etr::app {
namespace {

namespace fs = std::filesystem;

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// "my-own" and sink: "MyOwnSink".
std::string class_name(const std::string& name, const std::string& kind) {
  std::string out;
  bool starts_word = true;
  for (const char c : name + "-" + kind) {
    if (c == '-') {
      starts_word = true;
      continue;
    }
    out += starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts_word = false;
  }
  return out;
}

std::string pipeline_block(PluginKind kind, const std::string& name) {
  const std::string use = "\nuse = \"" + name + "\"\n";
  const std::string prober = kind == PluginKind::kProber ? "[prober]" + use + "\n" : "";
  const std::string hasher = kind == PluginKind::kHasher ? "[hasher]" + use + "\n" : "";
  const std::string view =
      "[view]" + (kind == PluginKind::kView ? use : std::string("\nuse = \"plain\"\n"));
  const std::string sink = kind == PluginKind::kSink ? "\n[[sink]]" + use : "";
  return prober + hasher + view + sink;
}

}  // namespace

absl::Status write_project(const std::string& kind, const std::string& name,
                           const fs::path& folder) {
  const std::optional<PluginKind> parsed = plugin::parse_kind(kind);
  if (!parsed) {
    return absl::InvalidArgumentError("a plugin is a prober, hasher, sink or view, not '" + kind +
                                      "'");
  }
  if (!is_name(name)) {
    return absl::InvalidArgumentError(
        "'" + name +
        "' is not a valid plugin name: use lower-case letters, digits "
        "and hyphens, a letter first");
  }
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    return absl::AlreadyExistsError(folder.string() + " exists and is not empty");
  }
  fs::create_directories(folder, error);
  if (error) return absl::PermissionDeniedError(folder.string() + ": " + error.message());

  std::string stem = name;
  std::replace(stem.begin(), stem.end(), '-', '_');
  const std::string source = absl::StrFormat("%s_%s.cc", stem, kind);
  const std::vector<std::pair<std::string, std::string>> files{
      {"CMakeLists.txt", std::string(kProjectTemplate)},
      {source, std::string(source_template(*parsed))},
      {"pipeline.toml", std::string(kPipelineTemplate)}};
  for (const auto& [file, text] : files) {
    std::ofstream out(folder / file);
    out << absl::StrReplaceAll(text, {{"@NAME@", name},
                                      {"@CLASS@", class_name(name, kind)},
                                      {"@SOURCE@", source},
                                      {"@USES@", pipeline_block(*parsed, name)}});
    if (!out.flush()) {
      return absl::UnavailableError("cannot write " + (folder / file).string());
    }
  }
  return absl::OkStatus();
}

}  // namespace etr::app
