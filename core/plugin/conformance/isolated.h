// Runs code that may crash, hang or print, in a child process that has no descriptor of this one.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace etr::plugin {

struct Isolation {
  bool terminal = false;   ///< Give the child a terminal of 80x24 of its own; otherwise none.
  bool own_folder = true;  ///< Run it in an empty folder, which is removed afterwards.
  std::chrono::seconds limit{20};
};

/// What `body` returned, each a single line. The error is the way in which the child ended instead:
/// a signal, an exit of its own, the time limit. Call it while the process has one thread.
absl::StatusOr<std::vector<std::string>> run_isolated(
    const std::function<std::vector<std::string>()>& body, const Isolation& isolation);

}  // namespace etr::plugin
