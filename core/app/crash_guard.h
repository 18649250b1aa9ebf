// Leaves the terminal in order if the program crashes.
#pragma once

#include <string>

namespace etr::app {

/// From now on a fatal signal writes `bytes` to the controlling terminal before it takes its course.
/// Call once, from the main thread; an empty string does nothing.
void reset_terminal_on_crash(const std::string& bytes);

/// The same bytes, now: for leaving without unwinding.
void reset_terminal();

}  // namespace etr::app
