// The one flag that is looked at before privileges are dropped: the size of the capture's ring,
// which the kernel allocates when the capture is opened and nobody can change later.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace etr::app {

/// Octets that `--capture-buffer MIB` asks for, else the default. Only digits are understood, and
/// nothing is reported: that is up to the parser of the command line, once it may read input.
std::size_t requested_capture_buffer(const std::vector<std::string>& arguments);

}  // namespace etr::app
