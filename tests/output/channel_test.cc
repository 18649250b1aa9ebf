#include "output/channel.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace etr::output {
namespace {

TEST(Channel, HandsItemsOverInOrder) {
  Channel<int> channel(3, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(channel.push(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(channel.try_pop().item, i);
  EXPECT_FALSE(channel.try_pop().item.has_value());
}

TEST(Channel, HasRoomBesideWhatIsPromisedAndWhatIsQueued) {
  Channel<int> channel(2, 0);
  EXPECT_TRUE(channel.has_room(0));
  EXPECT_TRUE(channel.has_room(1));
  EXPECT_FALSE(channel.has_room(2));
  channel.push(1);
  EXPECT_TRUE(channel.has_room(0));
  EXPECT_FALSE(channel.has_room(1));
  EXPECT_TRUE(channel.pop().item.has_value());
  EXPECT_TRUE(channel.has_room(1));
}

TEST(Channel, ReportsOnceThatRoomWasWanted) {
  Channel<int> channel(2, 0);
  channel.push(1);
  channel.push(2);
  EXPECT_FALSE(channel.has_room(0));
  EXPECT_TRUE(channel.pop().room_wanted);
  EXPECT_FALSE(channel.pop().room_wanted);
}

TEST(Channel, RefusesBeyondItsCapacityWhoPushesOnlyIfThereIsRoom) {
  Channel<int> channel(1, 0);
  EXPECT_TRUE(channel.push_if_room(1));
  EXPECT_FALSE(channel.push_if_room(2));
  EXPECT_TRUE(channel.push(3));
  EXPECT_EQ(channel.size(), 2U);
}

TEST(Channel, ExtraItemsHaveABoundOfTheirOwnAndTakeNoRoom) {
  Channel<int> channel(1, 1);
  EXPECT_TRUE(channel.push_extra(7));
  EXPECT_FALSE(channel.push_extra(8));
  EXPECT_TRUE(channel.has_room(0));
  channel.push(9);
  EXPECT_EQ(channel.size(), 1U);
  EXPECT_EQ(channel.pop().item, 7);
  EXPECT_TRUE(channel.push_extra(8));
}

TEST(Channel, AWaitingProducerGoesOnWhenThereIsRoom) {
  Channel<int> channel(1, 0);
  channel.push(1);
  bool room = false;
  std::thread producer([&] { room = channel.wait_for_room(0); });
  EXPECT_EQ(channel.pop().item, 1);
  producer.join();
  EXPECT_TRUE(room);
}

TEST(Channel, AWaitingProducerCanBeReleased) {
  Channel<int> channel(1, 0);
  channel.push(1);
  bool room = true;
  std::thread producer([&] { room = channel.wait_for_room(0); });
  channel.stop_waiting();
  producer.join();
  EXPECT_FALSE(room);
}

TEST(Channel, AfterClosingWhatWaitsCanBePoppedAndNothingIsAdded) {
  Channel<std::unique_ptr<int>> channel(1, 1);
  channel.push(std::make_unique<int>(1));
  EXPECT_FALSE(channel.has_room(0));
  channel.close();
  EXPECT_TRUE(channel.has_room(0)) << "nobody is to wait for it";
  EXPECT_FALSE(channel.push(std::make_unique<int>(2)));
  EXPECT_FALSE(channel.push_extra(std::make_unique<int>(3)));
  EXPECT_TRUE(channel.pop().item.has_value());
  EXPECT_FALSE(channel.pop().item.has_value());
}

TEST(Channel, ManyItemsArriveOnceEachAcrossThreads) {
  Channel<int> channel(4, 0);
  constexpr int kCount = 20000;
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      channel.wait_for_room(0);
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
