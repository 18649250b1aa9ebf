#include "plugin/conformance/conformance.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>
#include <system_error>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "plugin/conformance/checks.h"
#include "plugin/conformance/isolated.h"
#include "plugin/kind.h"
#include "plugin/library.h"
#include "plugin/option_reader.h"
#include "plugin/option_values.h"

namespace etr::plugin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLoads = "the library loads and its descriptor is valid";
/// Each check has a limit of its own.
constexpr std::chrono::seconds kAllChecks(600);

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// An exception of the check is a problem, too.
Problems run(const Check& check) {
  try {
    return check.run();
  } catch (const std::exception& error) {
    return {one_line(std::string("threw: ") + error.what())};
  } catch (...) {
    return {"threw something that is not a std::exception"};
  }
}

Finding isolated(const Check& check) {
  Isolation isolation;
  isolation.terminal = check.terminal;
  auto problems = run_isolated([&] { return run(check); }, isolation);
  if (!problems.ok()) return {check.name, {std::string(problems.status().message())}};
  return {check.name, *std::move(problems)};
}

bool is_option_name(const std::string& name) {
  return !name.empty() && name != "use" && name != "as" &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// A default must survive being written to a pipeline file, and being given as a flag.
bool reads_back(const OptionSpec& spec) {
  const OptionValue& value = spec.default_value;
  if (std::holds_alternative<std::monostate>(value)) return true;
  const auto* text = std::get_if<std::string>(&value);
  std::string flag = text != nullptr ? *text : to_toml(value);
  if (const auto* time = std::get_if<Duration>(&value)) flag = base::format_duration(*time);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    flag = absl::StrJoin(*list, ",");
  }
  const auto back = read_option(spec, FlagText{flag});
  return back.ok() && *back == value;
}

Problems check_option(const OptionSpec& spec) {
  Problems problems;
  if (!is_option_name(spec.name)) {
    problems.push_back(
        absl::StrFormat("option '%s': a name has lower-case letters, digits and underscores, and "
                        "is not 'use' or 'as'",
                        spec.name));
  }
  if (spec.help.empty() || spec.help.find('\n') != std::string::npos) {
    problems.push_back(absl::StrFormat("option '%s': its help is not one line", spec.name));
  }
  if (!reads_back(spec)) {
    problems.push_back(absl::StrFormat("option '%s': its default does not read back", spec.name));
  }
  return problems;
}

Problems check_options_of(const PluginDescriptor& descriptor) {
  Problems problems;
  std::set<std::string> names;
  for (const OptionSpec& spec : descriptor.options()) {
    for (std::string& problem : check_option(spec)) problems.push_back(std::move(problem));
    if (!names.insert(spec.name).second) {
      problems.push_back(absl::StrFormat("option '%s': its name is used twice", spec.name));
    }
  }
  return problems;
}

void create_any(const PluginDescriptor& descriptor, const std::vector<NamedOption>& options) {
  switch (static_cast<PluginKind>(descriptor.head.kind)) {
    case PluginKind::kProber: make(descriptor.create_prober, options); break;
    case PluginKind::kHasher: make(descriptor.create_hasher, options); break;
    case PluginKind::kSink: make(descriptor.create_sink, options); break;
    case PluginKind::kView: make(descriptor.create_view, options); break;
  }
}

// The catalog checks names first; a plugin must not rely on it.
Problems check_unknown_option(const PluginDescriptor& descriptor) {
  try {
    create_any(descriptor, {{"no_such_option", true}});
  } catch (const std::exception&) {
    return {};
  }
  return {"it accepts an option that it does not list"};
}

std::vector<Check> all_checks(const Subject& subject) {
  const PluginDescriptor& descriptor = subject.descriptor;
  std::vector<Check> checks{
      {"options have names, help and defaults that can be written",
       [&descriptor] { return check_options_of(descriptor); }},
      {"an instance can be made with the defaults, given or not",
       [&subject] {
         create_any(subject.descriptor, {});
         create_any(subject.descriptor, subject.options);
         return Problems{};
       }},
      {"an unknown option is refused", [&descriptor] { return check_unknown_option(descriptor); }},
  };
  std::vector<Check> of_kind;
  switch (static_cast<PluginKind>(descriptor.head.kind)) {
    case PluginKind::kProber: of_kind = prober_checks(subject); break;
    case PluginKind::kHasher: of_kind = hasher_checks(subject); break;
    case PluginKind::kSink: of_kind = sink_checks(subject); break;
    case PluginKind::kView: of_kind = view_checks(subject); break;
  }
  checks.insert(checks.end(), of_kind.begin(), of_kind.end());
  return checks;
}

// In a child first: constructors of a library can do anything.
Problems check_loading(const fs::path& file) {
  const auto descriptor = open_library(file);
  if (!descriptor.ok()) return {one_line(std::string(descriptor.status().message()))};
  if ((*descriptor)->name != file.stem().string() || file.extension() != ".so") {
    return {absl::StrFormat("it calls itself '%s', so its file must be %s.so", (*descriptor)->name,
                            (*descriptor)->name)};
  }
  return {};
}

// A report on its way from the child that makes it: its plugin, then each check and its problems.
constexpr char kPlugin = 'N';
constexpr char kCheck = 'C';
constexpr char kProblem = 'P';

std::vector<std::string> to_lines(const ConformanceReport& report) {
  std::vector<std::string> lines{kPlugin + one_line(report.plugin)};
  for (const Finding& finding : report.findings) {
    lines.push_back(kCheck + one_line(finding.check));
    for (const std::string& problem : finding.problems) {
      lines.push_back(kProblem + one_line(problem));
    }
  }
  return lines;
}

void add_lines(const std::vector<std::string>& lines, ConformanceReport& report) {
  for (const std::string& line : lines) {
    const std::string text = line.substr(std::min<std::size_t>(1, line.size()));
    if (line.starts_with(kPlugin)) report.plugin = text;
    if (line.starts_with(kCheck)) report.findings.push_back({text, {}});
    if (line.starts_with(kProblem)) report.findings.back().problems.push_back(text);
  }
}

// All checks of a library that loads, in this process and in children of it.
ConformanceReport examine(const fs::path& path, const std::vector<RawOption>& given) {
  ConformanceReport report;
  const auto descriptor = open_library(path);
  if (!descriptor.ok()) {
    report.findings.push_back({kLoads, {std::string(descriptor.status().message())}});
    return report;
  }
  const PluginDescriptor& plugin = **descriptor;
  report.plugin =
      absl::StrFormat("%s '%s' %s", kind_name(static_cast<PluginKind>(plugin.head.kind)),
                      plugin.name, plugin.version);
  std::vector<OptionSpec> specs;
  const Check listing{"its options can be listed", [&] {
                        specs = plugin.options();
                        return Problems{};
                      }};
  if (Problems problems = run(listing); !problems.empty()) {
    report.findings.push_back({listing.name, std::move(problems)});
    return report;
  }
  auto options = check_options(specs, given);
  if (options.ok()) options = with_defaults(specs, *options);
  if (!options.ok()) {
    report.findings.push_back(
        {"the given options are its own", {std::string(options.status().message())}});
    return report;
  }
  const Subject subject{plugin, *options};
  for (const Check& check : all_checks(subject)) report.findings.push_back(isolated(check));
  return report;
}

}  // namespace

bool ConformanceReport::conforms() const {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.problems.empty(); });
}

ConformanceReport check_conformance(const fs::path& file, const std::vector<RawOption>& given) {
  ConformanceReport report;
  report.plugin = file.string();
  std::error_code unknown;
  const fs::path path = fs::absolute(file, unknown);
  report.findings.push_back(isolated({kLoads, [&] { return check_loading(path); }}));
  if (!report.conforms()) return report;

  Isolation isolation;
  isolation.limit = kAllChecks;
  const auto lines = run_isolated([&] { return to_lines(examine(path, given)); }, isolation);
  if (lines.ok()) {
    add_lines(*lines, report);
  } else {
    report.findings.push_back({"the checks can be run", {std::string(lines.status().message())}});
  }
  return report;
}

}  // namespace etr::plugin
