#include "plugin/guard.h"

#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

namespace etr::plugin {
namespace {

class GuardedProber final : public Prober {
 public:
  GuardedProber(std::unique_ptr<Prober> prober, std::string label, FaultReport report)
      : prober_(std::move(prober)), label_(std::move(label)), report_(std::move(report)) {
    slots_ = guarded(label_, "slots", [&] { return prober_->slots(); });
    if (slots_ == 0) throw PluginFault(label_ + ": slots() is 0");
  }

  std::uint8_t protocol() const override {
    return guarded(label_, "protocol", [&] { return prober_->protocol(); });
  }
  std::string_view record_name() const override {
    return guarded(label_, "record_name", [&] { return prober_->record_name(); });
  }
  std::uint16_t default_port() const override {
    return guarded(label_, "default_port", [&] { return prober_->default_port(); });
  }
  std::uint16_t slots() const override { return slots_; }
  std::uint8_t max_ttl(Family family, std::uint16_t mtu) const override {
    return guarded(label_, "max_ttl", [&] { return prober_->max_ttl(family, mtu); });
  }
  std::string capture_filter(Family family, std::uint16_t destination_port) const override {
    return guarded(label_, "capture_filter",
                   [&] { return prober_->capture_filter(family, destination_port); });
  }
  std::size_t encode(const Flow& flow, const ProbeSpec& spec, MutableBytes segment) const override {
    const std::size_t size =
        guarded(label_, "encode", [&] { return prober_->encode(flow, spec, segment); });
    if (size > segment.size()) {
      throw PluginFault(label_ + ": encode claims " + std::to_string(size) +
                        " octets in a buffer of " + std::to_string(segment.size()));
    }
    return size;
  }

  std::optional<FlowKey> flow_key(Bytes segment, SegmentSide side) const override {
    return tolerated<FlowKey>("flow_key", [&] { return prober_->flow_key(segment, side); });
  }
  std::optional<Decoded> decode_quote(const Flow& flow, Bytes segment) const override {
    return plausible(
        tolerated<Decoded>("decode_quote", [&] { return prober_->decode_quote(flow, segment); }));
  }
  std::optional<Decoded> decode_reply(const Flow& flow, Bytes segment) const override {
    return plausible(
        tolerated<Decoded>("decode_reply", [&] { return prober_->decode_reply(flow, segment); }));
  }

 private:
  // Nothing read from the network may end the run: an exception counts as a rejection.
  template <class Result, class Call>
  std::optional<Result> tolerated(const char* method, Call&& call) const {
    try {
      return guarded(label_, method, call);
    } catch (const PluginFault& fault) {
      if (!reported_ && report_) {
        report_(std::string(fault.what()) +
                " (this packet was rejected; others like it will be, too)");
      }
      reported_ = true;
      return std::nullopt;
    }
  }

  std::optional<Decoded> plausible(std::optional<Decoded> decoded) const {
    if (decoded && decoded->probe && (decoded->probe->ttl == 0 || decoded->probe->slot >= slots_)) {
      return std::nullopt;
    }
    return decoded;
  }

  const std::unique_ptr<Prober> prober_;
  const std::string label_;
  const FaultReport report_;
  std::uint16_t slots_ = 0;
  mutable bool reported_ = false;  // Used by the probing thread only.
};

class GuardedHasher final : public PathHasher {
 public:
  GuardedHasher(std::unique_ptr<PathHasher> hasher, std::string label)
      : hasher_(std::move(hasher)), label_(std::move(label)) {}

  std::size_t digest_size() const override {
    return guarded(label_, "digest_size", [&] { return hasher_->digest_size(); });
  }
  void digest(Bytes bytes, MutableBytes out) const override {
    guarded(label_, "digest", [&] { hasher_->digest(bytes, out); });
  }

 private:
  const std::unique_ptr<PathHasher> hasher_;
  const std::string label_;
};

class GuardedSink final : public Sink {
 public:
  GuardedSink(std::unique_ptr<Sink> sink, std::string label)
      : sink_(std::move(sink)), label_(std::move(label)) {}

  void open(const RunInfo& run) override {
    guarded(
        label_, "open", [&] { sink_->open(run); }, FaultText::kForUser);
  }
  void write(const Path& path) override {
    guarded(
        label_, "write", [&] { sink_->write(path); }, FaultText::kForUser);
  }
  void on_event(const Event& event) override {
    guarded(
        label_, "on_event", [&] { sink_->on_event(event); }, FaultText::kForUser);
  }
  void flush() override {
    guarded(
        label_, "flush", [&] { sink_->flush(); }, FaultText::kForUser);
  }
  void reopen() override {
    guarded(
        label_, "reopen", [&] { sink_->reopen(); }, FaultText::kForUser);
  }
  void close(const Summary& summary) override {
    guarded(
        label_, "close", [&] { sink_->close(summary); }, FaultText::kForUser);
  }
  bool uses_standard_output() const override {
    return guarded(label_, "uses_standard_output", [&] { return sink_->uses_standard_output(); });
  }

 private:
  const std::unique_ptr<Sink> sink_;
  const std::string label_;
};

class GuardedView final : public View {
 public:
  GuardedView(std::unique_ptr<View> view, std::string label)
      : view_(std::move(view)), label_(std::move(label)) {}

  bool needs_terminal() const override {
    return guarded(label_, "needs_terminal", [&] { return view_->needs_terminal(); });
  }
  void open(const RunInfo& run, Names& names) override {
    guarded(
        label_, "open", [&] { view_->open(run, names); }, FaultText::kForUser);
  }
  void render(const std::shared_ptr<const Snapshot>& snapshot) override {
    guarded(
        label_, "render", [&] { view_->render(snapshot); }, FaultText::kForUser);
  }
  void on_path(const Path& path) override {
    guarded(
        label_, "on_path", [&] { view_->on_path(path); }, FaultText::kForUser);
  }
  void on_event(const Event& event) override {
    guarded(
        label_, "on_event", [&] { view_->on_event(event); }, FaultText::kForUser);
  }
  int input_fd() const override {
    return guarded(label_, "input_fd", [&] { return view_->input_fd(); });
  }
  Command on_input() override {
    return guarded(
        label_, "on_input", [&] { return view_->on_input(); }, FaultText::kForUser);
  }
  void on_resize() override {
    guarded(
        label_, "on_resize", [&] { view_->on_resize(); }, FaultText::kForUser);
  }
  void suspend() override {
    guarded(
        label_, "suspend", [&] { view_->suspend(); }, FaultText::kForUser);
  }
  void resume() override {
    guarded(
        label_, "resume", [&] { view_->resume(); }, FaultText::kForUser);
  }
  std::optional<Duration> next_refresh() const override {
    return guarded(label_, "next_refresh", [&] { return view_->next_refresh(); });
  }
  std::string terminal_reset() const override {
    return guarded(label_, "terminal_reset", [&] { return view_->terminal_reset(); });
  }
  void close(const Summary& summary) override {
    guarded(
        label_, "close", [&] { view_->close(summary); }, FaultText::kForUser);
  }

 private:
  const std::unique_ptr<View> view_;
  const std::string label_;
};

}  // namespace

void rethrow_as_fault(const std::string& label, const char* method, FaultText meant) {
  const std::string named = label + ": " + method + ": ";
  // Nested, so that the output side can distinguish a closed pipe from other faults.
  try {
    throw;
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    if (text.empty()) std::throw_with_nested(PluginFault(named + "failed without a message"));
    std::throw_with_nested(
        PluginFault((meant == FaultText::kForUser ? label + ": " : named) + text));
  } catch (const std::exception& error) {
    std::throw_with_nested(PluginFault(named + error.what()));
  } catch (...) {
    throw PluginFault(named + "threw something that is not a std::exception");
  }
}

std::unique_ptr<Prober> guard(std::unique_ptr<Prober> prober, std::string label,
                              FaultReport report) {
  return std::make_unique<GuardedProber>(std::move(prober), std::move(label), std::move(report));
}
std::unique_ptr<PathHasher> guard(std::unique_ptr<PathHasher> hasher, std::string label) {
  return std::make_unique<GuardedHasher>(std::move(hasher), std::move(label));
}
std::unique_ptr<Sink> guard(std::unique_ptr<Sink> sink, std::string label) {
  return std::make_unique<GuardedSink>(std::move(sink), std::move(label));
}
std::unique_ptr<View> guard(std::unique_ptr<View> view, std::string label) {
  return std::make_unique<GuardedView>(std::move(view), std::move(label));
}

}  // namespace etr::plugin
