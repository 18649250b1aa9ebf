// etr: the program, from its arguments to its exit status.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/capture_buffer.h"
#include "app/command_line.h"
#include "app/flags.h"
#include "app/message_log.h"
#include "app/plugins_command.h"
#include "app/privileges.h"
#include "app/run_command.h"
#include "app/signals.h"
#include "app/version.h"
#include "etr/text.h"
#include "pipeline/backend.h"
#include "pipeline/outputs.h"
#include "pipeline/pipeline_config.h"
#include "pipeline/pipeline_file.h"
#include "plugin/catalog.h"
#include "plugin/install_paths.h"
#include "plugin/kind.h"
#include "plugin/trust.h"
#include "transport/linux/raw_descriptors.h"

namespace etr::app {
namespace {

constexpr int kUsageError = 2;
using Level = MessageLog::Level;

// Prints one line, whatever bytes the argument or file it quotes contains.
int fail(const absl::Status& status, int exit_status = EXIT_FAILURE) {
  std::cerr << "Error: " + printable(std::string(status.message())) + "\n";
  return exit_status;
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
  const plugin::InstallPaths installed = plugin::install_paths();
  const std::string name = invocation.pipeline.empty() ? "default" : invocation.pipeline;
  const auto file = pipeline::find_installed("pipeline", name, installed.pipelines);
  if (!file.ok()) return installed.explain(file.status());
  auto config = pipeline::read_pipeline(*file);
  if (!config.ok()) return config.status();
  return pipeline::override_config(*std::move(config), invocation.overrides);
}

// What the log file records before the run: the command line, and what was made of it.
void log_start(const std::vector<std::string>& arguments, const pipeline::PipelineConfig& config,
               const Privileges& privileges, MessageLog& log) {
  std::string command;
  for (const std::string& argument : arguments) command += " " + argument;
  log.note(Level::kInfo, std::string(version_line()) + ", started as: etr" + command);
  log.note(Level::kInfo,
           privileges.became
               ? "runs without privileges, as user " + std::to_string(*privileges.became)
           : privileges.still_root ? "runs as root without capabilities, see docs/security.md"
                                   : "runs without privileges");
  log.note(Level::kInfo, "pipeline " + config.file);
}

// A user who has to be root to trace stays root without sudo, and a plugin can then read and write
// root's files. The user is warned of plugins that do not come with etr: `warn_of_root`.
void tell_plugins(const plugin::Catalog& catalog, bool warn_of_root, MessageLog& log) {
  const std::string installed = plugin::install_paths().plugins.string() + "/";
  for (const plugin::Plugin& plugin : catalog.opened()) {
    const std::string name = std::string(plugin::kind_name(plugin.kind)) + " '" + plugin.name + "'";
    const std::string file = plugin.file.string();
    log.note(Level::kInfo, name + " " + plugin.descriptor->version + " from " + file);
    if (warn_of_root && !file.starts_with(installed)) {
      log.warn(name + " from " + file +
               " runs as root, without capabilities: see docs/security.md");
    }
  }
}

int run_or_check(const std::vector<std::string>& arguments, const Invocation& invocation,
                 const Privileges& privileges, transport::RawDescriptors descriptors) {
  const bool check = invocation.action == Invocation::Action::kCheck;
  std::shared_ptr<Signals> signals;
  if (!check) {
    auto started = Signals::start();
    if (!started.ok()) return fail(started.status());
    signals = *std::move(started);
  }
  if (const absl::Status status = check_invocation(invocation); !status.ok()) return fail(status);
  absl::StatusOr<pipeline::PipelineConfig> config = load_config(invocation);
  if (!config.ok()) return fail(config.status());
  // A run that needs no packets closes the descriptors that could send some, before the first
  // plugin is opened.
  if (check) descriptors = {};
  const plugin::InstallPaths installed = plugin::install_paths();
  auto backend = pipeline::make_backend(config->trace, installed.networks, std::move(descriptors));
  if (!backend.ok()) return fail(installed.explain(backend.status()));
  MessageLog log;
  if (!check && !config->trace.log.empty()) {
    const absl::Status status = log.open(config->trace.log, config->trace.log_level);
    if (!status.ok()) return fail(status);
    log_start(arguments, *config, privileges, log);
  }
  plugin::Catalog catalog(search_path(invocation, config->plugin_folders));
  const absl::Status resolved = pipeline::resolve_plugins(catalog, *config);
  for (const std::string& notice : catalog.take_notices()) log.warn(notice);
  tell_plugins(catalog, privileges.still_root && (*backend)->is_real() && !check, log);
  if (!resolved.ok()) {
    log.error(std::string(installed.explain(resolved).message()));
    return EXIT_FAILURE;
  }
  if (check) {
    const absl::Status status = pipeline::check_instances(catalog, *config);
    if (!status.ok()) return fail(status);
    std::cout << pipeline::to_toml(*config);
    return EXIT_SUCCESS;
  }
  return run_pipeline(*std::move(config), invocation.hosts, *std::move(backend), catalog,
                      invocation.json, log, *signals);
}

// A standard descriptor that was closed at the start would be taken by the next file or socket. It
// is opened the wrong way round, so that its use is an error, as it was before.
void open_missing_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest: this one
  }
}

// The order is the security of the program: open what needs a privilege, give up every privilege,
// and only then read input, start threads, load plugins.
int run(int argc, char** argv) {
  block_signals();
  open_missing_standard_descriptors();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  raise_net_raw();
  transport::RawDescriptors descriptors =
      transport::open_raw_descriptors(requested_capture_buffer(arguments));
  const absl::StatusOr<Privileges> privileges = drop_privileges();
  if (!privileges.ok()) return fail(privileges.status());

  const absl::StatusOr<Invocation> invocation = parse_command_line(arguments);
  if (!invocation.ok()) {
    const char* help = is_plugins_command(arguments) ? "etr plugins --help" : "etr --help";
    return fail(absl::InvalidArgumentError(absl::StrCat(std::string(invocation.status().message()),
                                                        " (see '", help, "')")),
                kUsageError);
  }
  using Action = Invocation::Action;
  if (invocation->action != Action::kRun) unblock_signals();
  switch (invocation->action) {
    case Action::kHelp: std::cerr << help_text(); return EXIT_SUCCESS;
    case Action::kPluginsHelp: std::cerr << plugins_help_text(); return EXIT_SUCCESS;
    case Action::kVersion: std::cout << version_line() << '\n'; return EXIT_SUCCESS;
    case Action::kPlugins: {
      descriptors = {};  // Not needed, so closed before a plugin could find them.
      plugin::Catalog catalog(search_path(*invocation, {}));
      return run_plugins_command(invocation->plugins, catalog, std::cout, std::cerr);
    }
    case Action::kRun:
    case Action::kCheck: break;
  }
  return run_or_check(arguments, *invocation, *privileges, std::move(descriptors));
}

// What was printed may still be in a buffer: a full disk shows only now.
int finish_output(int status) {
  errno = 0;
  if (std::cout.flush() || status != EXIT_SUCCESS) return status;
  const std::string reason = errno == 0 ? "" : uncapitalized(std::strerror(errno));
  return fail(absl::DataLossError("cannot write standard output: " + reason));
}

// What no caller has handled, a refused descriptor for example, is one line, too.
int run_safely(int argc, char** argv) {
  try {
    return finish_output(run(argc, argv));
  } catch (const std::exception& error) {
    return fail(absl::InternalError(error.what()));
  } catch (...) {
    return fail(absl::InternalError("an exception of an unknown type ended the program"));
  }
}

}  // namespace
}  // namespace etr::app

int main(int argc, char** argv) { return etr::app::run_safely(argc, argv); }
