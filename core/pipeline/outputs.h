// The sinks and the view of a run, made as its pipeline says.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "output/sink_runner.h"
#include "output/view_runner.h"
#include "pipeline/pipeline_config.h"
#include "plugin/catalog.h"

namespace etr::pipeline {

struct Outputs {
  std::vector<output::NamedSink> sinks;
  std::optional<output::NamedView> view;  ///< Empty: headless, or standard output is taken.
};

/// Makes them and opens nothing. Where a view needs a terminal and there is none, `plain` takes its
/// place. Throws plugin::PluginFault.
absl::StatusOr<Outputs> make_outputs(plugin::Catalog& catalog, const PipelineConfig& config);

/// For --check: makes every plugin of the pipeline, and drops it, so that what a run would refuse
/// is refused with the same words.
absl::Status check_instances(plugin::Catalog& catalog, const PipelineConfig& config);

}  // namespace etr::pipeline
