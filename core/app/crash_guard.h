// Restores the terminal if the program crashes.
#pragma once

#include <string>

namespace etr::app {

/// Saves the current modes of the controlling terminal. Call once, before a view opens.
void remember_terminal_modes();

/// From now on a fatal signal first writes `bytes` to the controlling terminal and restores its
/// modes. Call once, from the main thread; does nothing if `bytes` is empty.
void reset_terminal_on_crash(const std::string& bytes);

/// Does the same now: for leaving without unwinding. Never waits for longer than 50 ms.
void reset_terminal();

}  // namespace etr::app
