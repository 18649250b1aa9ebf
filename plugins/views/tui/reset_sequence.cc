// A file of its own: term.h defines hundreds of macros with everyday names.
#include "reset_sequence.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

namespace tui {
namespace {

/// A terminfo string without its padding marks ("$<5>").
std::string capability(const char* name) {
  const char* value = tigetstr(name);
  if (value == nullptr || value == reinterpret_cast<char*>(-1)) return {};
  std::string out(value);
  for (std::size_t at = out.find("$<"); at != std::string::npos; at = out.find("$<")) {
    const std::size_t end = out.find('>', at);
    out.erase(at, end == std::string::npos ? std::string::npos : end + 1 - at);
  }
  return out;
}

}  // namespace

std::string reset_sequence() {
  int error = 0;
  if (setupterm(nullptr, STDOUT_FILENO, &error) != OK) return {};
  std::string out =
      capability("sgr0") + capability("op") + capability("cnorm") + capability("rmcup");
  del_curterm(set_curterm(nullptr));
  return out;
}

}  // namespace tui
