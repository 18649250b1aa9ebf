// The input line at the bottom of the screen: how it is edited, and what confirming it does.
#pragma once

#include <string>

#include "key.h"
#include "scene.h"
#include "state.h"

namespace tui {

struct Outcome;

/// REQUIRES a prompt in `state`. Enter confirms, Esc cancels.
void edit_prompt(State& state, const Key& key, Outcome& outcome);

/// The file name proposed for saving, made from target and time.
std::string save_name(const Scene& scene);

}  // namespace tui
