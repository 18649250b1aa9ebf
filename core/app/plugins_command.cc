#include "app/plugins_command.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "app/plugin_project.h"
#include "base/nearest_name.h"
#include "plugin/conformance/conformance.h"
#include "plugin/kind.h"
#include "plugin/option_values.h"

namespace etr::app {
namespace {

using Row = std::vector<std::string>;

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

int list(plugin::Catalog& catalog, std::ostream& out, std::ostream& err) {
  std::vector<Row> rows{{"KIND", "NAME", "VERSION", "SUMMARY", "FILE"}};
  int status = 0;
  for (const plugin::Catalog::Entry& entry : catalog.list()) {
    if (!entry.plugin.ok()) {
      err << "Error: " << std::string(entry.plugin.status().message()) << '\n';
      status = 1;
      continue;
    }
    const PluginDescriptor& descriptor = *entry.plugin->descriptor;
    rows.push_back({std::string(plugin::kind_name(entry.kind)), entry.name, descriptor.version,
                    descriptor.summary, entry.plugin->file.string()});
  }
  print_table(rows, out);
  return status;
}

void show_plugin(const plugin::Plugin& plugin, std::ostream& out) {
  const PluginDescriptor& descriptor = *plugin.descriptor;
  const std::vector<OptionSpec> specs = descriptor.options();
  out << plugin::kind_name(plugin.kind) << ' ' << plugin.name << ' ' << descriptor.version << '\n'
      << descriptor.summary << '\n'
      << "from " << plugin.file.string() << "\n\n";
  if (specs.empty()) {
    out << "It has no options.\n";
  } else {
    std::vector<Row> rows{{"OPTION", "TYPE", "DEFAULT", "HELP"}};
    for (const OptionSpec& spec : specs) {
      rows.push_back({spec.name, std::string(plugin::type_name(spec.default_value)),
                      plugin::to_toml(spec.default_value), spec.help});
    }
    print_table(rows, out);
  }
  const std::string_view kind = plugin::kind_name(plugin.kind);
  out << "\nIn a pipeline file:\n\n"
      << (plugin.kind == PluginKind::kSink ? absl::StrFormat("[[%s]]", kind)
                                           : absl::StrFormat("[%s]", kind))
      << "\nuse = " << plugin::toml_string(plugin.name) << '\n';
  for (const OptionSpec& spec : specs) {
    out << spec.name << " = " << plugin::to_toml(spec.default_value) << '\n';
  }
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
    const absl::StatusOr<plugin::Plugin> plugin = catalog.find(kind, name);
    if (!plugin.ok()) {
      err << "Error: " << std::string(plugin.status().message()) << '\n';
      status = 1;
    } else {
      if (found) out << '\n';
      show_plugin(*plugin, out);
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
  if (!permitted.ok()) {
    err << "Error: " << std::string(permitted.status().message()) << '\n';
    return 1;
  }
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
  if (status.ok()) return 0;
  err << "Error: " << std::string(status.message()) << '\n';
  return 1;
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
