// etr: the program, from its arguments to its exit status.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/flags.h"
#include "app/plugins_command.h"
#include "app/version.h"
#include "pipeline/pipeline_config.h"
#include "pipeline/pipeline_file.h"
#include "plugin/catalog.h"
#include "plugin/install_paths.h"
#include "plugin/trust.h"

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

int check(pipeline::PipelineConfig& config, plugin::Catalog& catalog) {
  const absl::Status status = pipeline::resolve_plugins(catalog, config);
  for (const std::string& notice : catalog.take_notices()) std::cerr << notice << '\n';
  if (!status.ok()) return fail(status);
  std::cout << pipeline::to_toml(config);
  return EXIT_SUCCESS;
}

int run(const std::vector<std::string>& arguments) {
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
      plugin::Catalog catalog(search_path(*invocation, {}));
      return run_plugins_command(invocation->plugins, catalog, std::cout, std::cerr);
    }
    case Action::kRun:
    case Action::kCheck: break;
  }

  if (const absl::Status status = check_invocation(*invocation); !status.ok()) return fail(status);
  absl::StatusOr<pipeline::PipelineConfig> config = load_config(*invocation);
  if (!config.ok()) return fail(config.status());
  plugin::Catalog catalog(search_path(*invocation, config->plugin_folders));
  if (invocation->action == Action::kCheck) return check(*config, catalog);
  return fail(absl::UnimplementedError("this build can only check pipelines: use --check"));
}

}  // namespace
}  // namespace etr::app

int main(int argc, char** argv) {
  return etr::app::run(std::vector<std::string>(argv + 1, argv + argc));
}
