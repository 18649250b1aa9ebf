// Key presses, and the parser that reads them from what a terminal sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tui {

struct Key {
  enum class Code : std::uint8_t {
    kCharacter,  ///< `character` says which.
    kControl,    ///< ^X: `character` is the lower-case letter.
    kUp,
    kDown,
    kLeft,
    kRight,
    kHome,
    kEnd,
    kPageUp,
    kPageDown,
    kDelete,
    kTab,
    kBackTab,
    kEnter,
    kBackspace,
    kEscape,
  };
  Code code = Code::kCharacter;
  char32_t character = 0;
  friend bool operator==(const Key&, const Key&) = default;
};

/// Turns octets into keys, however they are split among calls. Sequences that are no key of ours
/// (mouse, focus, replies of the terminal, function keys) are ignored as a whole.
class KeyParser {
 public:
  std::vector<Key> feed(std::string_view octets);
  /// True while an escape sequence or a character is unfinished.
  bool pending() const { return !buffer_.empty(); }
  /// No more input came in time: a lone escape is the Escape key, an unfinished sequence is
  /// dropped.
  std::vector<Key> finish();

 private:
  std::string buffer_;
};

}  // namespace tui
