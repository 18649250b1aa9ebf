#include "prompt.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

#include "hop_column.h"
#include "text.h"
#include "update.h"

namespace tui {
namespace {

constexpr std::size_t kLongestText = 250;

void erase_last(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) {
    text.pop_back();
  }
  if (!text.empty()) text.pop_back();
}

void set_columns(State& state, std::string letters) {
  for (char& letter : letters) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  const std::string unknown = unknown_letters(letters);
  if (!unknown.empty()) {
    state.message = "no such column: " + unknown;
    state.message_is_error = true;
    return;
  }
  state.columns = std::move(letters);
}

void confirm(State& state, Outcome& outcome) {
  const Prompt prompt = *std::exchange(state.prompt, std::nullopt);
  switch (prompt.kind) {
    case Prompt::Kind::kFilter: state.filter = prompt.text; break;
    case Prompt::Kind::kColumns: set_columns(state, prompt.text); break;
    case Prompt::Kind::kSave:
      outcome.save = !prompt.text.empty();
      outcome.file = prompt.text;
      break;
  }
}

}  // namespace

void edit_prompt(State& state, const Key& key, Outcome& outcome) {
  std::string& text = state.prompt->text;
  switch (key.code) {
    case Key::Code::kEnter: return confirm(state, outcome);
    case Key::Code::kEscape: state.prompt.reset(); return;
    case Key::Code::kBackspace: return erase_last(text);
    case Key::Code::kControl:
      if (key.character == U'u') text.clear();
      return;
    case Key::Code::kCharacter:
      if (text.size() < kLongestText) append_utf8(text, key.character);
      return;
    default: return;
  }
}

std::string save_name(const Scene& scene) {
  std::string target = scene.trace == nullptr ? "run" : scene.trace->target;
  for (char& octet : target) {
    const bool plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                       (octet >= '0' && octet <= '9') || octet == '.' || octet == '-';
    if (!plain) octet = '_';
  }
  const std::time_t at =
      std::chrono::duration_cast<std::chrono::seconds>(scene.snapshot.at.time_since_epoch())
          .count();
  std::tm parts{};
  gmtime_r(&at, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &parts);
  return "etr-" + target.substr(0, 60) + "-" + stamp.data() + ".txt";
}

}  // namespace tui
