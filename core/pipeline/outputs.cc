#include "pipeline/outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_descriptor.h"
#include "plugin/guard.h"

namespace etr::pipeline {

namespace {

/// Fallback when there is no usable terminal.
constexpr const char* kPlainView = "plain";

/// An interactive view can work: standard output is a terminal that can be drawn on.
bool have_terminal() {
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term).empty() || std::string_view(term) == "dumb") {
    return false;
  }
  if (::isatty(STDOUT_FILENO) == 0) return false;
  return base::FileDescriptor(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)).is_open();
}

absl::StatusOr<std::vector<output::NamedSink>> make_sinks(
    plugin::Catalog& catalog, const std::vector<plugin::PluginUse>& uses) {
  std::vector<output::NamedSink> sinks;
  for (const plugin::PluginUse& use : uses) {
    auto sink = catalog.create_sink(use);
    if (!sink.ok()) return sink.status();
    sinks.push_back({plugin::label_of(PluginKind::kSink, use), *std::move(sink)});
  }
  return sinks;
}

absl::StatusOr<output::NamedView> make_view(plugin::Catalog& catalog, plugin::PluginUse use) {
  auto view = catalog.create_view(use);
  if (!view.ok()) return view.status();
  if ((*view)->needs_terminal() && !have_terminal()) {
    use = {kPlainView, {}, use.where, ""};
    view = catalog.create_view(use);
    if (!view.ok()) return view.status();
  }
  return output::NamedView{use.name, *std::move(view)};
}

}  // namespace

absl::StatusOr<Outputs> make_outputs(plugin::Catalog& catalog, const PipelineConfig& config) {
  auto sinks = make_sinks(catalog, config.sinks);
  if (!sinks.ok()) return sinks.status();
  std::size_t on_standard_output = 0;
  for (const output::NamedSink& named : *sinks) {
    on_standard_output += named.sink->uses_standard_output() ? 1U : 0U;
  }
  if (on_standard_output > 1) {
    return absl::InvalidArgumentError("only one sink can write to standard output");
  }
  Outputs outputs{*std::move(sinks), std::nullopt};
  if (config.view && on_standard_output == 0) {
    auto view = make_view(catalog, *config.view);
    if (!view.ok()) return view.status();
    outputs.view = *std::move(view);
  }
  if (!outputs.view && outputs.sinks.empty()) {
    return absl::InvalidArgumentError("no view and no sink configured");
  }
  return outputs;
}

absl::Status check_instances(plugin::Catalog& catalog, const PipelineConfig& config) {
  return plugin::without_fault([&]() -> absl::Status {
    const auto prober = catalog.create_prober(config.prober, nullptr);
    if (!prober.ok()) return prober.status();
    const auto hasher = catalog.create_hasher(config.hasher);
    if (!hasher.ok()) return hasher.status();
    return make_outputs(catalog, config).status();
  });
}

}  // namespace etr::pipeline
