// The user's choices: screen, flow, columns, filters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tui {

enum class Screen : std::uint8_t { kFlows, kPaths, kGraph, kHistory, kEvents };
enum class Overlay : std::uint8_t { kNone, kHelp, kHop };
enum class NameMode : std::uint8_t { kBoth, kNames, kAddresses };
enum class SortBy : std::uint8_t { kFlow, kPath, kLoss, kLatency, kJitter };

/// An input line at the bottom of the screen.
struct Prompt {
  enum class Kind : std::uint8_t { kFilter, kColumns, kSave };
  Kind kind = Kind::kFilter;
  std::string text;  ///< UTF-8.
};

/// A chosen path. Flows change their paths: once no flow is on `path_id`, the path of `flow` takes
/// its place.
struct PathChoice {
  std::uint32_t path_id = 0;
  std::uint32_t flow = 0;
};

struct State {
  Screen screen = Screen::kFlows;
  Overlay overlay = Overlay::kNone;
  bool detail_focus = false;
  std::uint32_t trace = 0;         ///< The target on screen.
  std::uint32_t flow = 0;          ///< Index of the selected flow; the filter may hide it.
  std::optional<PathChoice> path;  ///< Selected row of the paths screen; none: the first.
  std::uint8_t ttl = 1;            ///< Selected row of the detail pane.
  int scroll = 0;                  ///< Lines scrolled down; of events, up from the newest.
  NameMode names = NameMode::kBoth;
  SortBy sort = SortBy::kFlow;
  std::string columns = "LSNABWVI";  ///< Letters of hop_column.h.
  std::string filter;                ///< Matches path, port, address or name; empty: all flows.
  std::optional<PathChoice> filter_path;
  int zoom = 1;  ///< Rounds per column of the history.
  std::optional<Prompt> prompt;
  std::string message;  ///< Shown at the bottom until the next key.
  bool message_is_error = false;
};

}  // namespace tui
