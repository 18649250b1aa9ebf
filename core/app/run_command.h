// `etr HOST...`: runs a pipeline until it is done or a signal ends it.
#pragma once

#include <string>
#include <vector>

#include "app/message_log.h"
#include "pipeline/pipeline_config.h"
#include "plugin/catalog.h"
#include "transport/linux/raw_descriptors.h"

namespace etr::app {

/// `config` as resolve_plugins() leaves it. Returns the exit status; errors have been told, as JSON
/// once probing has begun if `json` says so. If a plugin does not come back the process ends here.
int run_pipeline(pipeline::PipelineConfig config, std::vector<std::string> hosts,
                 transport::RawDescriptors descriptors, plugin::Catalog& catalog, bool json,
                 MessageLog& log);

}  // namespace etr::app
