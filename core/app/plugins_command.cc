#include "app/plugins_command.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "app/plugin_project.h"
#include "base/nearest_name.h"
#include "etr/text.h"
#include "plugin/conformance/conformance.h"
#include "plugin/conformance/isolated.h"
#include "plugin/kind.h"
#include "plugin/option_values.h"

namespace etr::app {
namespace {

using Row = std::vector<std::string>;
using Lines = std::vector<std::string>;

/// The first line of a child that could describe its plugin.
constexpr const char* kDescribed = "described";
constexpr std::chrono::seconds kTimeToDescribe(10);

// Each column is as wide as its longest entry; lines have no trailing blanks.
void print_table(const std::vector<Row>& rows, std::ostream& out) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

// What `body` returns, called in a child process: a library may crash, hang or throw as soon as it
// is loaded, and must not take the others with it.
absl::StatusOr<Lines> in_child(const std::filesystem::path& file,
                               const std::function<absl::StatusOr<Lines>()>& body) {
  plugin::Isolation isolation;
  isolation.own_folder = false;  // The path of a plugin folder may be relative.
  isolation.limit = kTimeToDescribe;
  const auto answer = plugin::run_isolated(
      [&] {
        const absl::StatusOr<Lines> lines = body();
        Lines all{lines.ok() ? kDescribed : printable(std::string(lines.status().message()))};
        if (!lines.ok()) return all;
        for (const std::string& line : *lines) all.push_back(printable(line));
        return all;
      },
      isolation);
  if (!answer.ok()) {
    return absl::AbortedError(file.string() + ": " + std::string(answer.status().message()));
  }
  if (answer->front() != kDescribed) return absl::FailedPreconditionError(answer->front());
  return Lines(answer->begin() + 1, answer->end());
}

int fail_with(const absl::Status& status, std::ostream& err) {
  err << "Error: " << std::string(status.message()) << '\n';
  return 1;
}

absl::StatusOr<Row> row_of(plugin::Catalog& catalog, PluginKind kind, const std::string& name) {
  const absl::StatusOr<std::filesystem::path> file = catalog.locate(kind, name);
  if (!file.ok()) return file.status();
  const absl::StatusOr<Lines> texts = in_child(*file, [&]() -> absl::StatusOr<Lines> {
    const absl::StatusOr<plugin::Plugin> plugin = catalog.find(kind, name);
    if (!plugin.ok()) return plugin.status();
    return Lines{plugin->descriptor->version, plugin->descriptor->summary};
  });
  if (!texts.ok()) return texts.status();
  return Row{std::string(plugin::kind_name(kind)), name, texts->at(0), texts->at(1),
             file->string()};
}

int list(plugin::Catalog& catalog, std::ostream& out, std::ostream& err) {
  std::vector<Row> rows{{"KIND", "NAME", "VERSION", "SUMMARY", "FILE"}};
  int status = 0;
  for (const PluginKind kind : plugin::kAllKinds) {
    for (const std::string& name : catalog.names(kind)) {
      absl::StatusOr<Row> row = row_of(catalog, kind, name);
      if (row.ok()) {
        rows.push_back(*std::move(row));
      } else {
        status = fail_with(row.status(), err);
      }
    }
  }
  print_table(rows, out);
  return status;
}

/// What the default column and the sample of a pipeline file say of an option.
std::string default_text(const OptionSpec& spec) {
  if (spec.required) return "(required)";
  return plugin::is_set(spec.default_value) ? plugin::to_toml(spec.default_value) : "(none)";
}

std::string sample_line(const OptionSpec& spec) {
  if (spec.required) return spec.name + " = ...";
  if (!plugin::is_set(spec.default_value)) return "# " + spec.name + " = ...";
  return spec.name + " = " + plugin::to_toml(spec.default_value);
}

/// Choices and bounds that the user sets: those of an integer's type go without saying.
std::string help_text(const OptionSpec& spec) {
  if (!spec.choices.empty()) return spec.help + " (" + absl::StrJoin(spec.choices, ", ") + ")";
  return spec.help;
}

void describe_options(const std::vector<OptionSpec>& specs, std::ostream& out) {
  if (specs.empty()) {
    out << "It has no options.\n";
    return;
  }
  std::vector<Row> rows{{"OPTION", "TYPE", "DEFAULT", "HELP"}};
  for (const OptionSpec& spec : specs) {
    rows.push_back(
        {spec.name, std::string(plugin::type_name(spec)), default_text(spec), help_text(spec)});
  }
  print_table(rows, out);
}

void describe(const plugin::Plugin& plugin, const std::vector<OptionSpec>& specs,
              std::ostream& out) {
  const PluginDescriptor& descriptor = *plugin.descriptor;
  out << plugin::kind_name(plugin.kind) << ' ' << plugin.name << ' ' << descriptor.version << '\n'
      << descriptor.summary << '\n'
      << "from " << plugin.file.string() << "\n\n";
  describe_options(specs, out);
  const std::string_view kind = plugin::kind_name(plugin.kind);
  out << "\nIn a pipeline file:\n\n"
      << (plugin.kind == PluginKind::kSink ? absl::StrFormat("[[%s]]", kind)
                                           : absl::StrFormat("[%s]", kind))
      << "\nuse = " << plugin::toml_string(plugin.name) << '\n';
  for (const OptionSpec& spec : specs) out << sample_line(spec) << '\n';
}

// In the child: opens the plugin and asks it for its options.
absl::StatusOr<Lines> description(plugin::Catalog& catalog, PluginKind kind,
                                  const std::string& name) {
  const absl::StatusOr<plugin::Plugin> plugin = catalog.find(kind, name);
  if (!plugin.ok()) return plugin.status();
  std::stringstream text;
  try {
    const std::vector<OptionSpec> specs =
        plugin::guarded(plugin::label_of(kind, {name, {}, "", ""}), "options",
                        [&] { return plugin->descriptor->options(); });
    describe(*plugin, specs, text);
  } catch (const plugin::PluginFault& fault) {
    return absl::InternalError(fault.what());
  }
  Lines lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// A sink and a view may share a name: both are shown.
int show(const std::string& name, plugin::Catalog& catalog, std::ostream& out, std::ostream& err) {
  bool found = false;
  int status = 0;
  std::vector<std::string> known;
  for (const PluginKind kind : plugin::kAllKinds) {
    const std::vector<std::string> names = catalog.names(kind);
    known.insert(known.end(), names.begin(), names.end());
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    const absl::StatusOr<std::filesystem::path> file = catalog.locate(kind, name);
    const absl::StatusOr<Lines> lines =
        file.ok() ? in_child(*file, [&] { return description(catalog, kind, name); })
                  : file.status();
    if (!lines.ok()) {
      status = fail_with(lines.status(), err);
    } else {
      if (found) out << '\n';
      for (const std::string& line : *lines) out << line << '\n';
    }
    found = true;
  }
  if (!found) {
    err << "Error: no plugin is called '" << name << "'" << base::did_you_mean(name, known) << '\n';
    status = 1;
  }
  return status;
}

int check(const std::string& file, const std::vector<plugin::RawOption>& options,
          const plugin::Catalog& catalog, std::ostream& out, std::ostream& err) {
  // The rule of an elevated run applies here, too: this process may hold descriptors that its user
  // could not open.
  const absl::StatusOr<std::filesystem::path> permitted = catalog.permit(file);
  if (!permitted.ok()) return fail_with(permitted.status(), err);
  const plugin::ConformanceReport report = plugin::check_conformance(*permitted, options);
  std::size_t problems = 0;
  for (const plugin::Finding& finding : report.findings) {
    out << (finding.problems.empty() ? "ok    " : "FAIL  ") << finding.check << '\n';
    for (const std::string& problem : finding.problems) out << "      " << problem << '\n';
    problems += finding.problems.size();
  }
  out << report.plugin;
  if (report.conforms()) {
    out << " conforms\n";
    return 0;
  }
  out << " does not conform: " << problems << (problems == 1 ? " problem\n" : " problems\n");
  return 1;
}

int create_project(const std::vector<std::string>& arguments, std::ostream& err) {
  const absl::Status status = write_project(arguments[0], arguments[1], arguments[2]);
  return status.ok() ? 0 : fail_with(status, err);
}

}  // namespace

int run_plugins_command(const Invocation::Plugins& command, plugin::Catalog& catalog,
                        std::ostream& out, std::ostream& err) {
  using Verb = Invocation::Plugins::Verb;
  int status = 1;
  switch (command.verb) {
    case Verb::kList: status = list(catalog, out, err); break;
    case Verb::kShow: status = show(command.arguments.front(), catalog, out, err); break;
    case Verb::kCheck:
      status = check(command.arguments.front(), command.options, catalog, out, err);
      break;
    case Verb::kNew: status = create_project(command.arguments, err); break;
  }
  for (const std::string& notice : catalog.take_notices()) err << notice << '\n';
  return status;
}

}  // namespace etr::app
