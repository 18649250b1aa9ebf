#include "app/command_line.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "app/assignment.h"
#include "app/flags.h"
#include "base/nearest_name.h"
#include "pipeline/backend.h"
#include "plugin/option_reader.h"

namespace etr::app {
namespace {

namespace po = boost::program_options;
using plugin::FlagText;
using plugin::PluginUse;
using plugin::RawOption;

absl::Status usage_error(const std::string& text) { return absl::InvalidArgumentError(text); }

po::options_description all_flags() {
  po::options_description all;
  const auto add = [&](const Flag& flag, const std::string& name) {
    if (flag.argument.empty())
      all.add_options()(name.c_str(), po::bool_switch());
    else if (flag.repeatable)
      all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
    else
      all.add_options()(name.c_str(), po::value<std::string>());
  };
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) {
      std::string name(flag.name);
      if (flag.letter != '\0') name += absl::StrFormat(",%c", flag.letter);
      add(flag, name);
      if (!flag.alias.empty()) add(flag, std::string(flag.alias));
    }
  }
  all.add_options()("host", po::value<std::vector<std::string>>());
  return all;
}

std::vector<std::string> flag_names() {
  std::vector<std::string> names;
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) {
      names.push_back("--" + std::string(flag.name));
      if (!flag.alias.empty()) names.push_back("--" + std::string(flag.alias));
    }
  }
  return names;
}

absl::StatusOr<po::variables_map> parse(const std::vector<std::string>& arguments,
                                        const po::options_description& flags) {
  po::positional_options_description positional;
  positional.add("host", -1);
  po::variables_map values;
  try {
    // No guessing: an abbreviation that works today may be another flag tomorrow.
    po::store(
        po::command_line_parser(arguments)
            .options(flags)
            .positional(positional)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    return usage_error(
        absl::StrFormat("unknown flag '%s'%s", name, base::did_you_mean(name, flag_names())));
  } catch (const po::error& error) {
    return usage_error(error.what());
  }
  // An empty shell variable is a mistake; treated as "not given" it would go unnoticed.
  for (const auto& [name, value] : values) {
    const auto* text = boost::any_cast<std::string>(&value.value());
    if (text != nullptr && text->empty()) return usage_error("--" + name + ": the value is empty");
  }
  return values;
}

std::optional<std::string> text_of(const po::variables_map& values, std::string_view name) {
  const po::variable_value& value = values[std::string(name)];
  if (value.empty()) return std::nullopt;
  return value.as<std::string>();
}

std::vector<std::string> list_of(const po::variables_map& values, const char* name) {
  const po::variable_value& value = values[name];
  return value.empty() ? std::vector<std::string>() : value.as<std::vector<std::string>>();
}

bool is_set(const po::variables_map& values, const char* name) { return values[name].as<bool>(); }

// The flags that set an option of [trace] to a value.
absl::Status read_trace_flags(const po::variables_map& values, std::vector<RawOption>& options) {
  const std::vector<OptionSpec> specs = pipeline::trace_option_specs();
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) {
      if (flag.option.empty()) continue;
      std::optional<std::string> text = text_of(values, flag.name);
      if (!flag.alias.empty()) {
        std::optional<std::string> other = text_of(values, flag.alias);
        if (text && other) {
          return usage_error(absl::StrFormat("--%s and --%s are the same flag: give one of them",
                                             flag.name, flag.alias));
        }
        if (other) text = std::move(other);
      }
      if (!text) continue;
      const auto spec = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& known) {
        return known.name == flag.option;
      });
      const RawOption option{std::string(flag.option), FlagText{*text},
                             absl::StrFormat("--%s", flag.name)};
      if (const auto value = plugin::read_option(*spec, option.value); !value.ok()) {
        return usage_error(
            absl::StrFormat("%s: %s", option.where, std::string(value.status().message())));
      }
      options.push_back(option);
    }
  }
  return absl::OkStatus();
}

// "NAME[:key=value,...]"
absl::StatusOr<PluginUse> read_sink(const std::string& text) {
  const std::size_t colon = text.find(':');
  PluginUse sink{text.substr(0, colon), {}, "--sink", ""};
  if (sink.name.empty()) return usage_error("--sink: '" + text + "' does not name a sink");
  if (colon == std::string::npos) return sink;
  std::optional<std::vector<RawOption>> options =
      read_assignments(text.substr(colon + 1), "--sink");
  if (!options) {
    return usage_error("--sink: '" + text + "': write NAME:key=value,key=\"value, with a comma\"");
  }
  sink.options = *std::move(options);
  return sink;
}

absl::StatusOr<Invocation> parse_plugins(const std::vector<std::string>& arguments) {
  po::options_description flags;
  flags.add_options()("help,h", po::bool_switch())("plugin-path",
                                                   po::value<std::vector<std::string>>())(
      "set", po::value<std::vector<std::string>>())("host", po::value<std::vector<std::string>>());
  const absl::StatusOr<po::variables_map> values = parse(arguments, flags);
  if (!values.ok()) return values.status();

  Invocation invocation;
  invocation.action = Invocation::Action::kPlugins;
  invocation.plugin_path = list_of(*values, "plugin-path");
  if (is_set(*values, "help")) {
    invocation.action = Invocation::Action::kPluginsHelp;
    return invocation;
  }

  using Verb = Invocation::Plugins::Verb;
  struct Usage {
    std::string_view name;
    Verb verb;
    std::vector<std::string_view> arguments;
  };
  const std::vector<Usage> usages{{"list", Verb::kList, {}},
                                  {"show", Verb::kShow, {"NAME"}},
                                  {"check", Verb::kCheck, {"FILE"}},
                                  {"new", Verb::kNew, {"KIND", "NAME", "DIR"}}};
  std::vector<std::string> words = list_of(*values, "host");
  if (words.empty()) return usage_error("plugins: write list, show, check or new");
  for (const Usage& usage : usages) {
    if (words.front() != usage.name) continue;
    words.erase(words.begin());
    if (words.size() != usage.arguments.size()) {
      std::string wanted;
      for (const std::string_view argument : usage.arguments)
        wanted += absl::StrFormat(" %s", argument);
      return usage_error(absl::StrFormat("write: etr plugins %s%s", usage.name, wanted));
    }
    invocation.plugins = {usage.verb, std::move(words), {}};
    for (const std::string& text : list_of(*values, "set")) {
      std::optional<RawOption> option = read_assignment(text, "--set");
      if (!option || usage.verb != Verb::kCheck) {
        return usage_error("write: etr plugins check FILE --set option=value");
      }
      for (const RawOption& earlier : invocation.plugins.options) {
        if (earlier.name == option->name) {
          return usage_error("--set " + option->name + " is given twice");
        }
      }
      invocation.plugins.options.push_back(*std::move(option));
    }
    return invocation;
  }
  return usage_error(
      absl::StrFormat("plugins: '%s' is not one of list, show, check, new%s", words.front(),
                      base::did_you_mean(words.front(), {"list", "show", "check", "new"})));
}

std::optional<PluginUse> use_of(const po::variables_map& values, const char* flag) {
  const std::optional<std::string> name = text_of(values, flag);
  if (!name) return std::nullopt;
  return PluginUse{*name, {}, std::string("--") + flag, ""};
}

}  // namespace

bool is_plugins_command(const std::vector<std::string>& arguments) {
  return !arguments.empty() && arguments.front() == "plugins";
}

absl::StatusOr<Invocation> parse_command_line(const std::vector<std::string>& arguments) {
  if (is_plugins_command(arguments)) return parse_plugins({arguments.begin() + 1, arguments.end()});

  const po::options_description flags = all_flags();
  const absl::StatusOr<po::variables_map> parsed = parse(arguments, flags);
  if (!parsed.ok()) return parsed.status();
  const po::variables_map& values = *parsed;

  Invocation invocation;
  if (is_set(values, "help")) {
    invocation.action = Invocation::Action::kHelp;
    return invocation;
  }
  if (is_set(values, "version")) {
    invocation.action = Invocation::Action::kVersion;
    return invocation;
  }
  if (is_set(values, "check")) invocation.action = Invocation::Action::kCheck;

  invocation.hosts = list_of(values, "host");
  invocation.pipeline = text_of(values, "pipeline").value_or("");
  invocation.plugin_path = list_of(values, "plugin-path");
  invocation.tcp = is_set(values, "tcp");
  invocation.udp = is_set(values, "udp");
  invocation.ipv4 = is_set(values, "ipv4");
  invocation.ipv6 = is_set(values, "ipv6");
  invocation.json = is_set(values, "json");
  invocation.json_file = text_of(values, "json-file");
  invocation.hash_algorithm = text_of(values, "hash-algorithm");

  pipeline::Overrides& overrides = invocation.overrides;
  if (absl::Status status = read_trace_flags(values, overrides.trace); !status.ok()) return status;
  if (invocation.ipv4) overrides.trace.push_back({"family", FlagText{"ipv4"}, "--ipv4"});
  if (invocation.ipv6) overrides.trace.push_back({"family", FlagText{"ipv6"}, "--ipv6"});
  if (is_set(values, "no-resolve")) {
    overrides.trace.push_back({"resolve", FlagText{"false"}, "--no-resolve"});
  }

  overrides.prober = use_of(values, "prober");
  overrides.hasher = use_of(values, "hasher");
  overrides.view = use_of(values, "view");
  invocation.names_prober = overrides.prober.has_value();
  invocation.names_hasher = overrides.hasher.has_value();
  invocation.names_view = overrides.view.has_value();
  if (invocation.tcp) overrides.prober = PluginUse{"tcp-syn", {}, "--tcp", ""};
  if (invocation.udp) overrides.prober = PluginUse{"udp-length", {}, "--udp", ""};
  if (invocation.hash_algorithm) {
    overrides.hasher = PluginUse{*invocation.hash_algorithm, {}, "--hash-algorithm", ""};
  }

  for (const std::string& text : list_of(values, "sink")) {
    absl::StatusOr<PluginUse> sink = read_sink(text);
    if (!sink.ok()) return sink.status();
    overrides.sinks.push_back(*std::move(sink));
  }
  const std::optional<std::string> json_path =
      invocation.json ? std::optional<std::string>("-") : invocation.json_file;
  if (json_path) {
    const std::string flag = invocation.json ? "--json" : "--json-file";
    overrides.sinks.push_back({"ndjson", {{"path", *json_path, flag}}, flag, ""});
    overrides.no_view = *json_path == "-";
  }

  for (const std::string& text : list_of(values, "set")) {
    std::optional<RawOption> set = read_assignment(text, "--set");
    if (!set) return usage_error("--set: '" + text + "': write table.key=value");
    overrides.sets.push_back(*std::move(set));
  }
  return invocation;
}

absl::Status check_invocation(const Invocation& invocation) {
  const auto conflict = [](const char* text) { return absl::InvalidArgumentError(text); };
  if (invocation.action == Invocation::Action::kRun && invocation.hosts.empty() &&
      !pipeline::brings_targets(invocation.overrides)) {
    return conflict("destination is required (see 'etr --help')");
  }
  if (invocation.json && invocation.json_file) {
    return conflict("cannot use both --json and --json-file");
  }
  if (invocation.hash_algorithm && *invocation.hash_algorithm != "crc32" &&
      *invocation.hash_algorithm != "sha256") {
    return conflict("hash algorithm must be either 'crc32' or 'sha256'");
  }
  if (invocation.hash_algorithm && invocation.names_hasher) {
    return conflict("cannot use both --hash-algorithm and --hasher");
  }
  if (invocation.tcp && invocation.udp) return conflict("cannot use both TCP and UDP");
  if (invocation.names_prober && (invocation.tcp || invocation.udp)) {
    return conflict("cannot use both --prober and --tcp or --udp");
  }
  if (invocation.ipv4 && invocation.ipv6) return conflict("cannot force both IPv4 and IPv6");
  if (invocation.overrides.no_view && invocation.names_view) {
    return conflict("cannot use both --view and --json: standard output is for one of them");
  }
  return absl::OkStatus();
}

}  // namespace etr::app
