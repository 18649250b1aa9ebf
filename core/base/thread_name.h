// Names for our threads, as `top -H` and debuggers show them.
#pragma once

#include <pthread.h>

namespace etr::base {

/// Names the calling thread; at most 15 characters. Does nothing on systems without thread names.
inline void name_thread([[maybe_unused]] const char* name) {
#ifdef __linux__
  ::pthread_setname_np(::pthread_self(), name);
#endif
}

}  // namespace etr::base
