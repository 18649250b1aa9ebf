#include "action.h"

#include <array>

namespace tui {
namespace {

constexpr Key letter(char32_t character) { return {Key::Code::kCharacter, character}; }
constexpr Key control(char32_t character) { return {Key::Code::kControl, character}; }
constexpr Key special(Key::Code code) { return {code, 0}; }
constexpr Key kNoKey{};

constexpr std::array kBindings{
    Binding{Action::kUp, special(Key::Code::kUp), letter('k'), "↑/k", "previous row, scroll up",
            ""},
    Binding{Action::kDown, special(Key::Code::kDown), letter('j'), "↓/j", "next row, scroll down",
            ""},
    Binding{Action::kLeft, special(Key::Code::kLeft), letter('h'), "←/h",
            "previous flow (or path, in the list of paths)", ""},
    Binding{Action::kRight, special(Key::Code::kRight), letter('l'), "→/l", "next flow (or path)",
            ""},
    Binding{Action::kPageUp, special(Key::Code::kPageUp), control(U'b'), "PgUp/^B", "a page up",
            ""},
    Binding{Action::kPageDown, special(Key::Code::kPageDown), letter(' '), "PgDn/Space",
            "a page down", ""},
    Binding{Action::kFirst, special(Key::Code::kHome), letter('g'), "Home/g", "first row", ""},
    Binding{Action::kLast, special(Key::Code::kEnd), letter('G'), "End/G", "last row", ""},
    Binding{Action::kFocus, special(Key::Code::kTab), special(Key::Code::kBackTab), "Tab",
            "switch between the list and what is below it", "focus"},
    Binding{Action::kOpen, special(Key::Code::kEnter), kNoKey, "Enter",
            "replies and MPLS labels of a hop; on a path: its flows", "open"},
    Binding{Action::kClose, special(Key::Code::kEscape), kNoKey, "Esc",
            "close, leave the detail, clear the filter", ""},
    Binding{Action::kShowFlows, letter('1'), kNoKey, "1", "summary and detail", ""},
    Binding{Action::kShowPaths, letter('2'), kNoKey, "2", "unique paths", ""},
    Binding{Action::kShowGraph, letter('3'), kNoKey, "3", "graph of all hops", ""},
    Binding{Action::kShowHistory, letter('4'), kNoKey, "4", "loss and latency over time", ""},
    Binding{Action::kShowEvents, letter('e'), letter('5'), "e/5", "events", "events"},
    Binding{Action::kPreviousTarget, letter('['), kNoKey, "[", "previous target", ""},
    Binding{Action::kNextTarget, letter(']'), kNoKey, "]", "next target", ""},
    Binding{Action::kPause, letter('p'), kNoKey, "p", "pause, go on", "pause"},
    Binding{Action::kReset, letter('r'), kNoKey, "r", "reset statistics", ""},
    Binding{Action::kLonger, letter('+'), letter('='), "+/=", "longer round interval", ""},
    Binding{Action::kShorter, letter('-'), kNoKey, "-", "shorter round interval", ""},
    Binding{Action::kNames, letter('n'), kNoKey, "n", "both, names or addresses", "names"},
    Binding{Action::kColumns, letter('o'), kNoKey, "o", "choose columns", "columns"},
    Binding{Action::kSort, letter('t'), kNoKey, "t", "sort by flow, path, loss, latency, jitter",
            "sort"},
    Binding{Action::kFilter, letter('/'), kNoKey, "/", "filter by path, port, address or name",
            "filter"},
    Binding{Action::kFilterPath, letter('f'), kNoKey, "f", "only flows on this path, or all again",
            ""},
    Binding{Action::kClearFilter, letter('F'), kNoKey, "F", "clear the filter", ""},
    Binding{Action::kZoom, letter('z'), kNoKey, "z", "rounds per column of the history", ""},
    Binding{Action::kSave, letter('s'), kNoKey, "s", "save all data as text to a new file", "save"},
    Binding{Action::kRedraw, control('l'), kNoKey, "^L", "draw everything anew", ""},
    Binding{Action::kSuspend, control('z'), kNoKey, "^Z", "suspend", ""},
    Binding{Action::kHelp, letter('?'), kNoKey, "?", "toggle help", "help"},
    Binding{Action::kQuit, letter('q'), control('c'), "q/^C", "quit", "quit"},
};

}  // namespace

std::span<const Binding> bindings() { return kBindings; }

Action action_for(const Key& key) {
  if (key == kNoKey) return Action::kNone;
  for (const Binding& binding : kBindings) {
    if (binding.key == key || binding.other == key) return binding.action;
  }
  return Action::kNone;
}

}  // namespace tui
