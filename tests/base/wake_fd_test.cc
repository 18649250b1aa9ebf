#include "base/wake_fd.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace etr::base {
namespace {

bool is_readable(const WakeFd& wake, int timeout_ms = 0) {
  pollfd waiting{wake.fd(), POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) > 0;
}

TEST(WakeFd, IsReadableFromWakeToClear) {
  const WakeFd wake;
  EXPECT_FALSE(is_readable(wake));
  wake.wake();
  wake.wake();
  EXPECT_TRUE(is_readable(wake));
  wake.clear();
  EXPECT_FALSE(is_readable(wake)) << "two wake-ups are as one";
  wake.clear();  // Does not wait.
}

TEST(WakeFd, EndsTheWaitOfAnotherThread) {
  const WakeFd wake;
  std::thread waker([&wake] { wake.wake(); });
  EXPECT_TRUE(is_readable(wake, 10'000));
  waker.join();
}

}  // namespace
}  // namespace etr::base
