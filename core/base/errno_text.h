// What an errno value means, as the tail of a message.
#pragma once

#include <cstring>
#include <string>

namespace etr::base {

/// "permission denied": the system's own words, beginning in lower case.
inline std::string errno_text(int error) {
  std::string text = std::strerror(error);
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace etr::base
