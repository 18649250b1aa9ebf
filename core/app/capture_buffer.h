// The one flag that is read before privileges are dropped: the size of the capture's ring, which
// the kernel allocates when the capture is opened and which cannot be changed later.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace etr::app {

/// The size in octets that `--capture-buffer MIB` asks for, else the default. Accepts digits only
/// and reports nothing: the parser of the command line reports errors, once it may read input.
std::size_t requested_capture_buffer(const std::vector<std::string>& arguments);

}  // namespace etr::app
