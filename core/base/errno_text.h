// What an errno value means, as the tail of a message.
#pragma once

#include <cstring>
#include <string>

#include "etr/text.h"

namespace etr::base {

/// "permission denied": the system's text, beginning in lower case.
inline std::string errno_text(int error) { return uncapitalized(std::strerror(error)); }

}  // namespace etr::base
