#include "plugin/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace etr::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A prober whose every result a test can choose.
struct FakeProber final : Prober {
  std::uint16_t slot_count = 4;
  std::size_t size = 8;
  bool encode_throws = false;
  bool decode_throws = false;
  std::optional<Decoded> decoded;

  std::uint8_t protocol() const override { return 17; }
  std::string_view record_name() const override { return "FAKE"; }
  std::uint16_t default_port() const override { return 33434; }
  std::uint16_t slots() const override { return slot_count; }
  std::uint8_t max_ttl(Family, std::uint16_t) const override { return 64; }
  std::string capture_filter(Family, std::uint16_t) const override { return "udp"; }
  std::size_t encode(const Flow&, const ProbeSpec&, MutableBytes) const override {
    if (encode_throws) throw std::runtime_error("no room");
    return size;
  }
  std::optional<Decoded> decode_quote(const Flow&, Bytes) const override {
    if (decode_throws) throw std::out_of_range("short");
    return decoded;
  }
  std::optional<Decoded> decode_reply(const Flow&, Bytes) const override {
    if (decode_throws) throw 5;
    return decoded;
  }
};

std::unique_ptr<Prober> guarded_fake(FakeProber fake, std::vector<std::string>* reports = nullptr) {
  return guard(std::make_unique<FakeProber>(std::move(fake)), "prober 'fake'",
               [reports](const std::string& text) {
                 if (reports != nullptr) reports->push_back(text);
               });
}

FakeProber decoding(ProbeId id) {
  FakeProber fake;
  fake.decoded = Decoded{id, std::nullopt, ReplyKind::kOther};
  return fake;
}

TEST(GuardedProber, PassesEverythingOn) {
  const auto prober = guarded_fake(decoding({3, 2}));
  std::array<std::uint8_t, 16> buffer{};
  EXPECT_EQ(prober->record_name(), "FAKE");
  EXPECT_EQ(prober->slots(), 4);
  EXPECT_EQ(prober->encode({}, {}, buffer), 8U);
  EXPECT_EQ(prober->decode_quote({}, buffer)->probe, (ProbeId{3, 2}));
}

// Defect B7 of the Go etr, docs/compatibility.md.
TEST(GuardedProber, AThrowInEncodeIsAFaultThatNamesThePlugin) {
  FakeProber fake;
  fake.encode_throws = true;
  const auto prober = guarded_fake(std::move(fake));
  try {
    prober->encode({}, {}, {});
    FAIL() << "no fault";
  } catch (const PluginFault& fault) {
    EXPECT_STREQ(fault.what(), "prober 'fake': encode: no room");
  }
}

TEST(GuardedProber, RejectsThePacketAndReportsOnceIfDecodeThrows) {
  FakeProber fake;
  fake.decode_throws = true;
  std::vector<std::string> reports;
  const auto prober = guarded_fake(std::move(fake), &reports);
  EXPECT_EQ(prober->decode_quote({}, {}), std::nullopt);
  EXPECT_EQ(prober->decode_quote({}, {}), std::nullopt);
  EXPECT_EQ(prober->decode_reply({}, {}), std::nullopt);
  EXPECT_THAT(reports, ElementsAre(HasSubstr("prober 'fake': decode_quote: short")));
}

TEST(GuardedProber, EncodeCannotClaimMoreThanTheBufferHolds) {
  FakeProber fake;
  fake.size = 17;
  const auto prober = guarded_fake(std::move(fake));
  std::array<std::uint8_t, 16> buffer{};
  EXPECT_THROW(prober->encode({}, {}, buffer), PluginFault);
}

TEST(GuardedProber, AnIdThatTheProberCannotHaveGivenIsRejected) {
  EXPECT_EQ(guarded_fake(decoding({0, 1}))->decode_quote({}, {}), std::nullopt);
  EXPECT_EQ(guarded_fake(decoding({1, 4}))->decode_reply({}, {}), std::nullopt);
}

TEST(GuardedProber, AProberWithoutSlotsIsRefused) {
  FakeProber fake;
  fake.slot_count = 0;
  EXPECT_THROW(guarded_fake(std::move(fake)), PluginFault);
}

// The text of the fault that a call throws.
template <class Call>
std::string fault_of(Call&& call) {
  try {
    call();
  } catch (const PluginFault& fault) {
    return fault.what();
  }
  return "nothing";
}

// Throws in every method but slots(), which the guard calls first.
struct ThrowingProber final : Prober {
  std::uint8_t protocol() const override { throw std::out_of_range("no luck"); }
  std::string_view record_name() const override { throw std::out_of_range("no luck"); }
  std::uint16_t default_port() const override { throw std::out_of_range("no luck"); }
  std::uint16_t slots() const override { return 1; }
  std::uint8_t max_ttl(Family, std::uint16_t) const override { throw std::out_of_range("no luck"); }
  std::string capture_filter(Family, std::uint16_t) const override { throw 5; }
  std::size_t encode(const Flow&, const ProbeSpec&, MutableBytes) const override { throw 5; }
  std::optional<Decoded> decode_quote(const Flow&, Bytes) const override { throw 5; }
  std::optional<Decoded> decode_reply(const Flow&, Bytes) const override { throw 5; }
};

TEST(GuardedProber, AFaultNamesTheMethod) {
  const auto prober = guard(std::make_unique<ThrowingProber>(), "prober 'x'", nullptr);
  EXPECT_EQ(fault_of([&] { prober->protocol(); }), "prober 'x': protocol: no luck");
  EXPECT_EQ(fault_of([&] { prober->record_name(); }), "prober 'x': record_name: no luck");
  EXPECT_EQ(fault_of([&] { prober->default_port(); }), "prober 'x': default_port: no luck");
  EXPECT_EQ(fault_of([&] { prober->max_ttl({}, 0); }), "prober 'x': max_ttl: no luck");
  EXPECT_EQ(fault_of([&] { prober->capture_filter({}, 0); }),
            "prober 'x': capture_filter: threw something that is not a std::exception");
}

struct ThrowingSink final : Sink {
  void open(const RunInfo&) override { throw std::runtime_error("open"); }
  void write(const Path&) override { throw std::runtime_error("write"); }
  void on_event(const Event&) override { throw std::runtime_error("event"); }
  void flush() override { throw std::runtime_error("flush"); }
  void reopen() override { throw std::runtime_error("reopen"); }
  void close(const Summary&) override { throw std::runtime_error(""); }
  bool uses_standard_output() const override { return true; }
};

TEST(GuardedSink, EveryMethodsThrowIsAFaultThatNamesTheSink) {
  const auto sink = guard(std::make_unique<ThrowingSink>(), "sink 'x'");
  EXPECT_EQ(fault_of([&] { sink->open({}); }), "sink 'x': open");
  EXPECT_EQ(fault_of([&] { sink->write({}); }), "sink 'x': write");
  EXPECT_EQ(fault_of([&] { sink->on_event({}); }), "sink 'x': event");
  EXPECT_EQ(fault_of([&] { sink->flush(); }), "sink 'x': flush");
  EXPECT_EQ(fault_of([&] { sink->reopen(); }), "sink 'x': reopen");
  EXPECT_EQ(fault_of([&] { sink->close({}); }), "sink 'x': close: failed without a message");
  EXPECT_TRUE(sink->uses_standard_output());
}

struct ClosedPipeSink final : Sink {
  void write(const Path&) override {
    throw std::system_error(EPIPE, std::generic_category(), "cannot write");
  }
};

TEST(GuardedSink, WhatWasThrownIsNestedInTheFault) {
  const auto sink = guard(std::make_unique<ClosedPipeSink>(), "sink 'x'");
  try {
    sink->write({});
    FAIL() << "no fault";
  } catch (const PluginFault& fault) {
    try {
      std::rethrow_if_nested(fault);
      FAIL() << "nothing nested";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), EPIPE);
    }
  }
}

// Records which hooks of a view were called.
struct RecordingView final : View {
  explicit RecordingView(std::vector<std::string>& calls) : calls_(calls) {}
  bool needs_terminal() const override { return true; }
  void open(const RunInfo&, Names&) override { calls_.emplace_back("open"); }
  void render(const std::shared_ptr<const Snapshot>&) override { calls_.emplace_back("render"); }
  void on_path(const Path&) override { calls_.emplace_back("path"); }
  void on_event(const Event&) override { calls_.emplace_back("event"); }
  int input_fd() const override { return 7; }
  Command on_input() override { return {Command::Kind::kQuit, {}}; }
  void on_resize() override { calls_.emplace_back("resize"); }
  void suspend() override { calls_.emplace_back("suspend"); }
  void resume() override { calls_.emplace_back("resume"); }
  std::optional<Duration> next_refresh() const override { return Duration(5); }
  std::string terminal_reset() const override { return "reset"; }
  void close(const Summary&) override { calls_.emplace_back("close"); }

 private:
  std::vector<std::string>& calls_;
};

struct NoNames final : Names {
  std::string name(const IpAddress&) override { return {}; }
};

TEST(GuardedView, PassesEveryHookOn) {
  std::vector<std::string> calls;
  NoNames names;
  const auto view = guard(std::make_unique<RecordingView>(calls), "view 'x'");
  view->open({}, names);
  view->render(nullptr);
  view->on_path({});
  view->on_event({});
  view->on_resize();
  view->suspend();
  view->resume();
  view->close({});
  EXPECT_THAT(calls, ElementsAre("open", "render", "path", "event", "resize", "suspend", "resume",
                                 "close"));
  EXPECT_TRUE(view->needs_terminal());
  EXPECT_EQ(view->input_fd(), 7);
  EXPECT_EQ(view->on_input().kind, Command::Kind::kQuit);
  EXPECT_EQ(view->next_refresh(), Duration(5));
  EXPECT_EQ(view->terminal_reset(), "reset");
}

struct ThrowingView final : View {
  bool needs_terminal() const override { throw std::runtime_error("no luck"); }
  void open(const RunInfo&, Names&) override { throw std::runtime_error("unknown terminal"); }
  void render(const std::shared_ptr<const Snapshot>&) override { throw std::out_of_range("at"); }
  int input_fd() const override { throw std::runtime_error("no luck"); }
  std::optional<Duration> next_refresh() const override { throw std::runtime_error("no luck"); }
  std::string terminal_reset() const override { throw std::runtime_error("no luck"); }
};

TEST(GuardedView, AFaultNamesTheMethodUnlessItsTextIsForTheUser) {
  NoNames names;
  const auto view = guard(std::make_unique<ThrowingView>(), "view 'x'");
  EXPECT_EQ(fault_of([&] { view->needs_terminal(); }), "view 'x': needs_terminal: no luck");
  EXPECT_EQ(fault_of([&] { view->input_fd(); }), "view 'x': input_fd: no luck");
  EXPECT_EQ(fault_of([&] { view->next_refresh(); }), "view 'x': next_refresh: no luck");
  EXPECT_EQ(fault_of([&] { view->terminal_reset(); }), "view 'x': terminal_reset: no luck");
  EXPECT_EQ(fault_of([&] { view->open({}, names); }), "view 'x': unknown terminal");
  EXPECT_EQ(fault_of([&] { view->render(nullptr); }), "view 'x': render: at");
}

struct ThrowingHasher final : PathHasher {
  std::size_t digest_size() const override { return 4; }
  void digest(Bytes, MutableBytes) const override { throw std::runtime_error("no digest"); }
};

TEST(GuardedHasher, AThrowInDigestIsAFaultThatNamesTheHasher) {
  const auto hasher = guard(std::make_unique<ThrowingHasher>(), "hasher 'x'");
  EXPECT_EQ(hasher->digest_size(), 4U);
  EXPECT_THROW(hasher->digest({}, {}), PluginFault);
}

}  // namespace
}  // namespace etr::plugin
