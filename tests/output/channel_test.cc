#include "output/channel.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace etr::output {
namespace {

TEST(Channel, HandsItemsOverInOrder) {
  Channel<int> channel(3, 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(channel.reserve());
    channel.push(i);
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(channel.try_pop().item, i);
  EXPECT_FALSE(channel.try_pop().item.has_value());
}

TEST(Channel, ReservationsCountAsItemsUntilTheyArePopped) {
  Channel<int> channel(2, 0);
  EXPECT_TRUE(channel.reserve());
  EXPECT_TRUE(channel.reserve());
  EXPECT_FALSE(channel.reserve());
  channel.push(1);
  EXPECT_FALSE(channel.reserve());
  EXPECT_TRUE(channel.pop().item.has_value());
  EXPECT_TRUE(channel.reserve());
}

TEST(Channel, ReportsOnceThatRoomWasWanted) {
  Channel<int> channel(2, 0);
  channel.reserve();
  channel.reserve();
  channel.push(1);
  channel.push(2);
  EXPECT_FALSE(channel.reserve());
  EXPECT_TRUE(channel.pop().room_wanted);
  EXPECT_FALSE(channel.pop().room_wanted);
}

TEST(Channel, ExtraItemsHaveABoundOfTheirOwnAndTakeNoRoom) {
  Channel<int> channel(1, 1);
  EXPECT_TRUE(channel.push_extra(7));
  EXPECT_FALSE(channel.push_extra(8));
  EXPECT_TRUE(channel.reserve());
  channel.push(9);
  EXPECT_EQ(channel.size(), 1U);
  EXPECT_EQ(channel.pop().item, 7);
  EXPECT_TRUE(channel.push_extra(8));
}

TEST(Channel, AWaitingProducerGoesOnWhenThereIsRoom) {
  Channel<int> channel(1, 0);
  channel.reserve();
  channel.push(1);
  bool reserved = false;
  std::thread producer([&] { reserved = channel.wait_and_reserve(); });
  EXPECT_EQ(channel.pop().item, 1);
  producer.join();
  EXPECT_TRUE(reserved);
}

TEST(Channel, AWaitingProducerCanBeReleased) {
  Channel<int> channel(1, 0);
  channel.reserve();
  bool reserved = true;
  std::thread producer([&] { reserved = channel.wait_and_reserve(); });
  channel.stop_waiting();
  producer.join();
  EXPECT_FALSE(reserved);
}

TEST(Channel, AfterClosingWhatWaitsCanBePoppedAndNothingIsAdded) {
  Channel<std::unique_ptr<int>> channel(2, 1);
  channel.reserve();
  channel.push(std::make_unique<int>(1));
  channel.reserve();
  channel.close();
  channel.push(std::make_unique<int>(2));
  EXPECT_FALSE(channel.push_extra(std::make_unique<int>(3)));
  EXPECT_TRUE(channel.pop().item.has_value());
  EXPECT_FALSE(channel.pop().item.has_value());
}

TEST(Channel, ManyItemsArriveOnceEachAcrossThreads) {
  Channel<int> channel(4, 0);
  constexpr int kCount = 20000;
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      channel.wait_and_reserve();
      channel.push(i);
    }
    channel.close();
  });
  int next = 0;
  for (auto popped = channel.pop(); popped.item; popped = channel.pop()) {
    ASSERT_EQ(*popped.item, next++);
  }
  producer.join();
  EXPECT_EQ(next, kCount);
}

}  // namespace
}  // namespace etr::output
