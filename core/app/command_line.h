// Reads the command line. The only user of Boost.Program_options.
//
// There are two kinds of error: parse_command_line() refuses what cannot be parsed (exit status 2);
// check_invocation() and later steps refuse what cannot be done (1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pipeline/pipeline_config.h"

namespace etr::app {

struct Invocation {
  enum class Action {
    kRun,
    kCheck,  ///< --check
    kHelp,
    kVersion,
    kPlugins,
    kPluginsHelp,
  };
  Action action = Action::kRun;

  std::vector<std::string> hosts;
  std::string pipeline;  ///< As written; empty: the default one.
  std::vector<std::string> plugin_path;
  pipeline::Overrides overrides;

  // Flags that can contradict each other; check_invocation() checks them.
  bool tcp = false;
  bool udp = false;
  bool ipv4 = false;
  bool ipv6 = false;
  bool json = false;
  std::optional<std::string> json_file;
  std::optional<std::string> hash_algorithm;
  bool names_prober = false;  ///< --prober
  bool names_hasher = false;  ///< --hasher
  bool names_view = false;    ///< --view

  /// `etr plugins VERB ARGUMENTS...`, the number of arguments checked.
  struct Plugins {
    enum class Verb { kList, kShow, kCheck, kNew };
    Verb verb = Verb::kList;
    std::vector<std::string> arguments;
    std::vector<plugin::RawOption> options{};  ///< --set, of check.
  };
  Plugins plugins;
};

/// `etr plugins ...`, which has a help of its own.
bool is_plugins_command(const std::vector<std::string>& arguments);

/// `arguments` without the program's name.
absl::StatusOr<Invocation> parse_command_line(const std::vector<std::string>& arguments);

/// Refuses contradictions, in the order in which the Go etr checks them.
absl::Status check_invocation(const Invocation& invocation);

}  // namespace etr::app
