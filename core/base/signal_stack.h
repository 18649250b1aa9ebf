// An alternate stack for the handlers of fatal signals on one thread: a thread that has overflowed
// its own stack has no room left for them.
#pragma once

#include <signal.h>

#include <cstddef>
#include <memory>

namespace etr::base {

/// Set for the calling thread while this object lives; then its previous one is restored.
class SignalStack {
 public:
  SignalStack() {
    stack_t stack{};
    stack.ss_sp = memory_.get();
    stack.ss_size = kSize;
    set_ = ::sigaltstack(&stack, &before_) == 0;
  }
  ~SignalStack() {
    if (set_) ::sigaltstack(&before_, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr std::size_t kSize = std::size_t{64} * 1024;

  const std::unique_ptr<std::byte[]> memory_{
      new std::byte[kSize]};  // no page is allocated until used
  stack_t before_{};
  bool set_ = false;
};

}  // namespace etr::base
