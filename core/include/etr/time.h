// Time types used by every interface.
#pragma once

#include <chrono>

namespace etr {

/// A span of time, in nanoseconds.
using Duration = std::chrono::nanoseconds;

/// A point in UTC as the kernel stamps packets with (CLOCK_REALTIME), in nanoseconds since 1970.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

}  // namespace etr
