// `etr plugins ...`: lists, shows, checks and creates plugins.
#pragma once

#include <ostream>

#include "app/command_line.h"
#include "plugin/catalog.h"

namespace etr::app {

/// Returns the exit status. Results go to `out`, problems to `err`.
int run_plugins_command(const Invocation::Plugins& command, plugin::Catalog& catalog,
                        std::ostream& out, std::ostream& err);

}  // namespace etr::app
