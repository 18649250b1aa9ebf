// jemalloc's own thread, if the program is linked with jemalloc.
#pragma once

namespace etr::base {

/// Returns freed memory to the system on a thread of jemalloc, which handles no signals: otherwise
/// the thread that happens to free it does, for milliseconds. Call once privileges are dropped; no
/// effect with another allocator.
void release_memory_in_background();

}  // namespace etr::base
