// A key press, and the parser that makes key presses of what a terminal sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tui {

struct Key {
  enum class Code : std::uint8_t {
    kCharacter,  ///< `character` says which.
    kControl,    ///< ^X: `character` is the small letter.
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

/// Turns octets into keys. How the octets are split among calls makes no difference. Sequences that
/// mean nothing here (mouse, focus, terminal answers, function keys) are swallowed whole.
class KeyParser {
 public:
  std::vector<Key> feed(std::string_view octets);
  /// True while an escape sequence or a character is unfinished.
  bool pending() const { return !buffer_.empty(); }
  /// Nothing more came: a lone escape was the Escape key, an unfinished sequence is dropped.
  std::vector<Key> finish();

 private:
  std::string buffer_;
};

}  // namespace tui
