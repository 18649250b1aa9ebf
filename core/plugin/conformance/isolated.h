// Runs code that may crash, hang or print, in a child process and an empty folder.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace etr::plugin {

struct Isolation {
  bool terminal = false;  ///< Give the child a terminal of 80x24 of its own; otherwise none.
  std::chrono::seconds limit{20};
};

/// What `body` returned, each a single line. The error is the way in which the child ended instead:
/// a signal, an exit of its own, the time limit. Call it while the process has one thread.
absl::StatusOr<std::vector<std::string>> run_isolated(
    const std::function<std::vector<std::string>()>& body, const Isolation& isolation);

}  // namespace etr::plugin
