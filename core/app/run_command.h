// `etr HOST...`: runs a pipeline until it is done or a signal ends it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/message_log.h"
#include "app/signals.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline_config.h"
#include "plugin/catalog.h"

namespace etr::app {

/// `config` as resolve_plugins() leaves it. Returns the exit status; errors have been reported, as
/// JSON once probing has begun if `json` is set. If a plugin does not return, the process ends
/// here.
int run_pipeline(pipeline::PipelineConfig config, std::vector<std::string> hosts,
                 std::unique_ptr<pipeline::Backend> backend, plugin::Catalog& catalog, bool json,
                 MessageLog& log, Signals& signals);

}  // namespace etr::app
