#include "key.h"

#include <array>
#include <cstddef>
#include <optional>

#include "text.h"

namespace tui {
namespace {

constexpr char kEscapeOctet = '\x1b';
/// A longer sequence is invalid and dropped up to this length.
constexpr std::size_t kLongest = 64;

/// What the input begins with: its length in octets, and the key if it is one. Length 0: more input
/// is needed.
struct Token {
  std::size_t length = 0;
  std::optional<Key> key;
};

struct Final {
  char octet;
  Key::Code code;
};
constexpr std::array kFinals{
    Final{'A', Key::Code::kUp},      Final{'B', Key::Code::kDown},  Final{'C', Key::Code::kRight},
    Final{'D', Key::Code::kLeft},    Final{'H', Key::Code::kHome},  Final{'F', Key::Code::kEnd},
    Final{'Z', Key::Code::kBackTab}, Final{'M', Key::Code::kEnter},
};

struct Numbered {
  std::string_view number;
  Key::Code code;
};
constexpr std::array kNumbered{
    Numbered{"1", Key::Code::kHome},     Numbered{"7", Key::Code::kHome},
    Numbered{"4", Key::Code::kEnd},      Numbered{"8", Key::Code::kEnd},
    Numbered{"3", Key::Code::kDelete},   Numbered{"5", Key::Code::kPageUp},
    Numbered{"6", Key::Code::kPageDown},
};

/// ESC [ parameters intermediates final (ECMA-48 §5.4).
Token control_sequence(std::string_view input) {
  std::size_t end = 2;
  while (end < input.size() && end < kLongest && input[end] >= 0x20 && input[end] <= 0x3f) ++end;
  if (end >= kLongest) return {end, std::nullopt};
  if (end == input.size()) return {};
  const char last = input[end];
  if (last < 0x40 || last > 0x7e) return {end, std::nullopt};  // aborted sequence
  const std::string_view parameters = input.substr(2, end - 2);
  Token token{end + 1, std::nullopt};
  if (last == 'M' || last == 'm') return token;  // mouse reports
  if (last == '~') {
    const std::string_view number = parameters.substr(0, parameters.find(';'));
    for (const Numbered& entry : kNumbered) {
      if (entry.number == number) token.key = Key{entry.code, 0};
    }
    return token;
  }
  for (const Final& entry : kFinals) {
    if (entry.octet == last) token.key = Key{entry.code, 0};
  }
  return token;
}

/// ESC O final: keys in application mode.
Token single_shift(std::string_view input) {
  if (input.size() < 3) return {};
  const char last = input[2];
  if (last < 0x40 || last > 0x7e) return {2, std::nullopt};
  for (const Final& entry : kFinals) {
    if (entry.octet == last) return {3, Key{entry.code, 0}};
  }
  return {3, std::nullopt};
}

/// ESC ] ... and its like, up to BEL or ESC \ .
Token string_sequence(std::string_view input) {
  for (std::size_t i = 2; i < input.size(); ++i) {
    if (i >= kLongest) return {i, std::nullopt};
    if (input[i] == '\a') return {i + 1, std::nullopt};
    if (input[i] != kEscapeOctet) continue;
    if (i + 1 == input.size()) return {};
    return {input[i + 1] == '\\' ? i + 2 : i, std::nullopt};
  }
  return {};
}

Token escape(std::string_view input) {
  if (input.size() < 2) return {};
  switch (input[1]) {
    case '[': return control_sequence(input);
    case 'O': return single_shift(input);
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X': return string_sequence(input);
    default: return {1, Key{Key::Code::kEscape, 0}};
  }
}

Token control(unsigned char octet) {
  switch (octet) {
    case '\t': return {1, Key{Key::Code::kTab, 0}};
    case '\r':
    case '\n': return {1, Key{Key::Code::kEnter, 0}};
    case '\b':
    case 0x7f: return {1, Key{Key::Code::kBackspace, 0}};
    default: break;
  }
  if (octet >= 1 && octet <= 26) {
    return {1, Key{Key::Code::kControl, U'a' + (char32_t{octet} - 1)}};
  }
  return {1, std::nullopt};
}

Token character(std::string_view input) {
  const auto lead = static_cast<unsigned char>(input[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < length && lead >= 0xc2 && lead <= 0xf4; ++i) {
    if (i == input.size()) return {};
    if ((static_cast<unsigned char>(input[i]) & 0xc0U) != 0x80U) break;
  }
  std::string_view rest = input;
  const Glyph glyph = next_glyph(rest);
  const std::size_t taken = input.size() - rest.size();
  if (glyph.code == kReplacement) return {taken, std::nullopt};
  return {taken, Key{Key::Code::kCharacter, glyph.code}};
}

Token front(std::string_view input) {
  const auto octet = static_cast<unsigned char>(input[0]);
  if (input[0] == kEscapeOctet) return escape(input);
  if (octet < 0x20 || octet == 0x7f) return control(octet);
  return character(input);
}

}  // namespace

std::vector<Key> KeyParser::feed(std::string_view octets) {
  std::vector<Key> keys;
  buffer_ += octets;
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const Token token = front(rest);
    if (token.length == 0) break;
    if (token.key) keys.push_back(*token.key);
    rest.remove_prefix(token.length);
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  return keys;
}

std::vector<Key> KeyParser::finish() {
  std::vector<Key> keys;
  if (buffer_ == std::string_view(&kEscapeOctet, 1)) keys.push_back({Key::Code::kEscape, 0});
  buffer_.clear();
  return keys;
}

}  // namespace tui
