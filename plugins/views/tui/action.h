// What a person can ask for, and the one table that says which key asks for it where. The help
// screen and the bottom line are made from this table too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "key.h"

namespace tui {

enum class Action : std::uint8_t {
  kNone,
  kUp,
  kDown,
  kLeft,
  kRight,
  kPageUp,
  kPageDown,
  kFirst,
  kLast,
  kFocus,
  kOpen,
  kClose,
  kHelp,
  kShowFlows,
  kShowPaths,
  kShowGraph,
  kShowHistory,
  kShowEvents,
  kNextTarget,
  kPreviousTarget,
  kPause,
  kReset,
  kNames,
  kColumns,
  kLonger,
  kShorter,
  kSort,
  kFilter,
  kFilterPath,
  kClearFilter,
  kZoom,
  kSave,
  kRedraw,
  kSuspend,
  kQuit,
};

struct Binding {
  Action action = Action::kNone;
  Key key;
  Key other;              ///< A second key for the same; a null character if there is none.
  std::string_view keys;  ///< As the help writes them.
  std::string_view help;
  std::string_view brief;  ///< For the bottom line; empty: not shown there.
};

/// Every binding, in the order of the help screen.
std::span<const Binding> bindings();

/// kNone for a key that means nothing.
Action action_for(const Key& key);

}  // namespace tui
