// The conformance suite: checks any plugin against the contract of the SDK. `etr plugins check
// FILE`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugin/plugin_use.h"

namespace etr::plugin {

/// One check and its problems; none, if it passed.
struct Finding {
  std::string check;  ///< The requirement: "decode takes hostile bytes".
  std::vector<std::string> problems;
};

struct ConformanceReport {
  std::string plugin;  ///< "sink 'csv' 1.0.0", once that is known.
  std::vector<Finding> findings;
  bool conforms() const;
};

/// Loads `file` in a child process, never in this one, and runs each check in a process and a
/// folder of its own, with the options `given` and defaults for the rest. Call it while the process
/// has one thread.
ConformanceReport check_conformance(const std::filesystem::path& file,
                                    const std::vector<RawOption>& given = {});

}  // namespace etr::plugin
