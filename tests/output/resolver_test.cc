#include "output/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "output/dns_server.h"
#include "output/ptr_reply.h"
#include "support/address.h"

namespace etr::output {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using test::DnsAnswer;
using test::DnsServer;

class ResolverTest : public testing::Test {
 protected:
  ResolverOptions options() {
    ResolverOptions options;
    options.servers = server_.address();
    // One query at a time: when a later address has its answer, the earlier ones have theirs, too.
    options.in_flight = 1;
    options.now = [this] { return steady_clock::time_point(seconds(now_.load())); };
    return options;
  }
  void make(ResolverOptions options) { resolver_ = std::move(*Resolver::make(std::move(options))); }

  void set_name(const std::string& address, const std::string& name, std::uint32_t ttl = 3600) {
    DnsAnswer answer;
    answer.rcode = test::kNoError;
    answer.ptr = test::dns_name(name);
    answer.ttl = ttl;
    server_.set(reverse_name(test::address(address)), answer);
  }
  int asked(const std::string& address) {
    return server_.asked(reverse_name(test::address(address)));
  }

  ::testing::AssertionResult becomes(const std::string& address, const std::string& name) {
    const auto deadline = steady_clock::now() + seconds(30);
    while (steady_clock::now() < deadline) {
      if (resolver_->name(test::address(address)) == name) return ::testing::AssertionSuccess();
      std::this_thread::yield();
    }
    return ::testing::AssertionFailure() << address << " did not become " << name;
  }

  /// Waits until every earlier query is finished.
  void settle() {
    const std::string address = "203.0.113." + std::to_string(++settled_);
    set_name(address, "settled");
    ASSERT_TRUE(becomes(address, "settled"));
  }

  DnsServer server_;
  std::atomic<int> now_{1000};
  std::unique_ptr<Resolver> resolver_;
  int settled_ = 0;
};

TEST_F(ResolverTest, FindsNamesOfBothFamilies) {
  set_name("192.0.2.1", "gw.example");
  set_name("2001:db8::1", "gw6.example");
  make(options());
  resolver_->request(test::address("192.0.2.1"));
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
  EXPECT_TRUE(becomes("2001:db8::1", "gw6.example"));
}

TEST_F(ResolverTest, AsksOnceWhileTheTtlLasts) {
  set_name("192.0.2.1", "gw.example", 600);
  make(options());
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
  now_ += 599;
  EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "gw.example");
  settle();
  EXPECT_EQ(asked("192.0.2.1"), 1);
}

TEST_F(ResolverTest, AsksAgainAfterTheTtlAndShowsTheOldNameUntilThen) {
  set_name("192.0.2.1", "old.example", 600);
  make(options());
  EXPECT_TRUE(becomes("192.0.2.1", "old.example"));
  set_name("192.0.2.1", "new.example", 600);
  now_ += 600;
  EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "old.example");
  EXPECT_TRUE(becomes("192.0.2.1", "new.example"));
  EXPECT_EQ(asked("192.0.2.1"), 2);
}

TEST_F(ResolverTest, AVeryShortTtlDoesNotMakeItAskForEachScreen) {
  set_name("192.0.2.1", "gw.example", 0);
  make(options());
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
  now_ += 59;
  for (int i = 0; i < 100; ++i) resolver_->name(test::address("192.0.2.1"));
  settle();
  EXPECT_EQ(asked("192.0.2.1"), 1);
}

TEST_F(ResolverTest, CachesAMissingNameForAShortTime) {
  make(options());
  resolver_->request(test::address("192.0.2.1"));
  settle();
  now_ += 299;
  EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "");
  settle();
  EXPECT_EQ(asked("192.0.2.1"), 1);
  now_ += 1;
  set_name("192.0.2.1", "gw.example");
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
}

// Defect C9 of the Go etr, docs/compatibility.md: a failed lookup is no answer, and not kept as
// one.
TEST_F(ResolverTest, AFailureIsNotKeptAsNotFound) {
  DnsAnswer failure;
  failure.rcode = test::kServerFailure;
  server_.set(reverse_name(test::address("192.0.2.1")), failure);
  make(options());
  resolver_->request(test::address("192.0.2.1"));
  settle();
  set_name("192.0.2.1", "gw.example");
  now_ += 30;
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
}

TEST_F(ResolverTest, AFailureDoesNotTakeAKnownNameAway) {
  set_name("192.0.2.1", "gw.example", 600);
  make(options());
  EXPECT_TRUE(becomes("192.0.2.1", "gw.example"));
  DnsAnswer failure;
  failure.rcode = test::kServerFailure;
  server_.set(reverse_name(test::address("192.0.2.1")), failure);
  now_ += 600;
  resolver_->request(test::address("192.0.2.1"));
  settle();
  EXPECT_GE(asked("192.0.2.1"), 2);
  EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "gw.example");
}

TEST_F(ResolverTest, ADeadServerDelaysNeitherLookupsNorTheEnd) {
  DnsAnswer silence;
  silence.silent = true;
  const auto begin = steady_clock::now();
  server_.set(reverse_name(test::address("192.0.2.1")), silence);
  ResolverOptions dead = options();
  dead.timeout = std::chrono::hours(1);
  make(dead);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "");
  while (asked("192.0.2.1") == 0 && steady_clock::now() < begin + seconds(30)) {
    std::this_thread::yield();
  }
  resolver_.reset();
  EXPECT_EQ(asked("192.0.2.1"), 1);
  EXPECT_LT(steady_clock::now() - begin, seconds(30));
}

TEST_F(ResolverTest, ATimeoutIsFollowedByTheNextAddress) {
  DnsAnswer silence;
  silence.silent = true;
  server_.set(reverse_name(test::address("192.0.2.1")), silence);
  set_name("192.0.2.2", "gw.example");
  ResolverOptions hasty = options();
  hasty.timeout = std::chrono::milliseconds(500);  // Also what a busy machine has for the answer.
  hasty.tries = 1;
  make(hasty);
  resolver_->request(test::address("192.0.2.1"));
  EXPECT_TRUE(becomes("192.0.2.2", "gw.example"));
  EXPECT_EQ(resolver_->name(test::address("192.0.2.1")), "");
}

TEST_F(ResolverTest, WhatDoesNotFitTheQueueIsAskedForWhenItIsShown) {
  ResolverOptions narrow = options();
  narrow.queue = 1;
  make(narrow);
  for (int i = 1; i <= 50; ++i) {
    set_name("192.0.2." + std::to_string(i), "gw" + std::to_string(i));
    resolver_->request(test::address("192.0.2." + std::to_string(i)));
  }
  for (int i = 1; i <= 50; ++i) {
    EXPECT_TRUE(becomes("192.0.2." + std::to_string(i), "gw" + std::to_string(i)));
  }
}

TEST_F(ResolverTest, TheCacheIsBounded) {
  ResolverOptions small = options();
  small.cache = 2;
  make(small);
  for (int i = 1; i <= 20; ++i) {
    set_name("192.0.2." + std::to_string(i), "gw" + std::to_string(i));
    EXPECT_TRUE(becomes("192.0.2." + std::to_string(i), "gw" + std::to_string(i)));
  }
  int repeated = 0;
  for (int i = 1; i <= 20; ++i) {
    EXPECT_TRUE(becomes("192.0.2." + std::to_string(i), "gw" + std::to_string(i)));
    repeated += asked("192.0.2." + std::to_string(i)) > 1 ? 1 : 0;
  }
  EXPECT_GE(repeated, 18) << "at most two were still known";
}

TEST(Resolver, MalformedServersAreAnError) {
  ResolverOptions options;
  options.servers = "not an address";
  EXPECT_FALSE(Resolver::make(options).ok());
}

TEST(FixedNames, AreMadePrintable) {
  FixedNames names({{test::address("192.0.2.1"), "a\x1b[2J"}});
  EXPECT_EQ(names.name(test::address("192.0.2.1")), "a?[2J");
  EXPECT_EQ(names.name(test::address("192.0.2.2")), "");
}

}  // namespace
}  // namespace etr::output
