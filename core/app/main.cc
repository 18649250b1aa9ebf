// etr: the program, from its arguments to its exit status.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "app/capture_buffer.h"
#include "app/command_line.h"
#include "app/flags.h"
#include "app/message_log.h"
#include "app/plugins_command.h"
#include "app/privileges.h"
#include "app/run_command.h"
#include "app/version.h"
#include "pipeline/pipeline_config.h"
#include "pipeline/pipeline_file.h"
#include "plugin/catalog.h"
#include "plugin/install_paths.h"
#include "plugin/trust.h"
#include "transport/raw_descriptors.h"

namespace etr::app {
namespace {

constexpr int kUsageError = 2;

int fail(const absl::Status& status) {
  std::cerr << "Error: " << std::string(status.message()) << '\n';
  return EXIT_FAILURE;
}

plugin::SearchPath search_path(const Invocation& invocation,
                               std::vector<plugin::PluginFolder> pipeline_folders) {
  plugin::FolderSources sources;
  sources.pipeline = std::move(pipeline_folders);
  for (const std::string& folder : invocation.plugin_path) {
    sources.flags.push_back({folder, "--plugin-path"});
  }
  sources.environment = std::getenv("ETR_PLUGIN_PATH");
  sources.installed = plugin::install_paths().plugins;
  return plugin::search_path(sources, plugin::is_elevated(), plugin::program_owner());
}

// What the flags and the pipeline file together ask for.
absl::StatusOr<pipeline::PipelineConfig> load_config(const Invocation& invocation) {
  const auto file =
      pipeline::find_pipeline(invocation.pipeline, plugin::install_paths().pipelines);
  if (!file.ok()) return file.status();
  auto config = pipeline::read_pipeline(*file);
  if (!config.ok()) return config.status();
  return pipeline::override_config(*std::move(config), invocation.overrides);
}

int run_or_check(const Invocation& invocation, const Privileges& privileges,
                 transport::RawDescriptors descriptors) {
  if (const absl::Status status = check_invocation(invocation); !status.ok()) return fail(status);
  absl::StatusOr<pipeline::PipelineConfig> config = load_config(invocation);
  if (!config.ok()) return fail(config.status());
  MessageLog log;
  if (const absl::Status status = log.open(config->trace.log, config->trace.log_level, invocation.json);
      !status.ok()) {
    return fail(status);
  }
  const bool simulated = !config->trace.simulate.empty();
  // Whoever needs no packets keeps nothing that could send some, before the first plugin is opened.
  if (simulated || invocation.action == Invocation::Action::kCheck) descriptors = {};
  plugin::Catalog catalog(search_path(invocation, config->plugin_folders));
  const absl::Status resolved = pipeline::resolve_plugins(catalog, *config);
  for (const std::string& notice : catalog.take_notices()) log.warn(notice);
  if (!resolved.ok()) return fail(resolved);
  if (invocation.action == Invocation::Action::kCheck) {
    std::cout << pipeline::to_toml(*config);
    return EXIT_SUCCESS;
  }
  if (!simulated && !descriptors.status.ok()) return fail(descriptors.status);
  if (!simulated && privileges.still_root) {
    log.info("running as root without capabilities: plugins can still read and write root's files, "
             "see docs/security.md");
  }
  return run_pipeline(*std::move(config), invocation.hosts, std::move(descriptors), catalog, log);
}

// The order is the security of the program: open what needs a privilege, give up every privilege,
// and only then read input, start threads, load plugins.
int run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  transport::RawDescriptors descriptors =
      transport::open_raw_descriptors(requested_capture_buffer(arguments));
  const absl::StatusOr<Privileges> privileges = drop_privileges();
  if (!privileges.ok()) return fail(privileges.status());

  const absl::StatusOr<Invocation> invocation = parse_command_line(arguments);
  if (!invocation.ok()) {
    std::cerr << "etr: " << std::string(invocation.status().message())
              << "\nTry 'etr --help'.\n";
    return kUsageError;
  }
  using Action = Invocation::Action;
  switch (invocation->action) {
    case Action::kHelp: std::cerr << help_text(); return EXIT_SUCCESS;
    case Action::kPluginsHelp: std::cerr << plugins_help_text(); return EXIT_SUCCESS;
    case Action::kVersion: std::cout << version_line() << '\n'; return EXIT_SUCCESS;
    case Action::kPlugins: {
      descriptors = {};  // Not needed, so not there for a plugin to find.
      plugin::Catalog catalog(search_path(*invocation, {}));
      return run_plugins_command(invocation->plugins, catalog, std::cout, std::cerr);
    }
    case Action::kRun:
    case Action::kCheck: break;
  }
  return run_or_check(*invocation, *privileges, std::move(descriptors));
}

}  // namespace
}  // namespace etr::app

int main(int argc, char** argv) {
  return etr::app::run(argc, argv);
}
