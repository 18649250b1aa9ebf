// How a terminal is restored after a crash.
#pragma once

#include <string>

namespace tui {

/// The octets that restore a terminal of type $TERM from any state; empty if the type is unknown.
/// Needs no terminal. REQUIRES that no Terminal exists.
std::string reset_sequence();

}  // namespace tui
