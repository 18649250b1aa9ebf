// What brings a terminal back after a crash.
#pragma once

#include <string>

namespace tui {

/// Octets that bring a terminal of this environment back from wherever it is; needs no terminal.
/// Not to be called while a Terminal exists. Empty if the terminal's type is not known.
std::string reset_sequence();

}  // namespace tui
