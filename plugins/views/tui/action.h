// The actions of the view, and the one table that binds keys to them. The help screen and the
// status line are made from the same table.
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
  Key other;              ///< Alternative key; Key{} if there is none.
  std::string_view keys;  ///< Their names in the help.
  std::string_view help;
  std::string_view brief;  ///< For the status line; empty: not shown there.
};

/// Every binding, in the order of the help screen.
std::span<const Binding> bindings();

/// kNone for a key that is not bound.
Action action_for(const Key& key);

}  // namespace tui
