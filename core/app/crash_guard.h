// Leaves the terminal in order if the program crashes.
#pragma once

#include <string>

namespace etr::app {

/// Notes the modes that the controlling terminal has now. Call once, before a view opens.
void remember_terminal_modes();

/// From now on a fatal signal writes `bytes` to the controlling terminal, and gives it back its
/// modes, before it takes its course. Call once, from the main thread; an empty string does nothing.
void reset_terminal_on_crash(const std::string& bytes);

/// The same, now: for leaving without unwinding.
void reset_terminal();

}  // namespace etr::app
