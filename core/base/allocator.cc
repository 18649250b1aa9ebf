#include "base/allocator.h"

#include <cstddef>

// Null without jemalloc.
extern "C" __attribute__((weak)) int mallctl(const char* name, void* old_value,
                                             std::size_t* old_size, void* new_value,
                                             std::size_t new_size);

namespace etr::base {

void release_memory_in_background() {
  bool on = true;
  if (mallctl != nullptr) mallctl("background_thread", nullptr, nullptr, &on, sizeof(on));
}

}  // namespace etr::base
