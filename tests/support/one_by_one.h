// A second planner, to show that the engine depends on none in particular: one flow at a time, TTL
// by TTL, each probe once the last one has its outcome, and a new flow when the last one has ended.
#pragma once

#include <cstdint>
#include <optional>

#include "plan/planner.h"

namespace etr::testing {

class OneByOne final : public plan::Planner {
 public:
  explicit OneByOne(int flows) : flows_left_(flows) {}

  void start(plan::PlannerHost& host, std::span<const TraceInfo> traces, base::Instant) override {
    host_ = &host;
    trace_ = traces.front().trace;
    open();
  }
  std::optional<plan::Request> next(base::Instant) override {
    if (!flow_ || waiting_) return std::nullopt;
    if (!in_round_) in_round_ = host_->begin_round(*flow_, 0);
    if (!in_round_) return std::nullopt;
    return plan::Request{*flow_, ttl_, 0, true};
  }
  void sent(const plan::Request&, base::Instant) override { waiting_ = true; }
  void on_outcome(const plan::Request& request, const plan::Outcome& outcome) override {
    waiting_ = false;
    const bool ended = outcome.kind == plan::OutcomeKind::kReached ||
                       outcome.kind == plan::OutcomeKind::kBlocked || request.ttl == kMaxTtl;
    if (outcome.kind == plan::OutcomeKind::kTimeExceeded && outcome.responder) ++responders;
    if (!ended) {
      ++ttl_;
      return;
    }
    host_->end_round(*flow_);
    host_->close_flow(*flow_);
    open();
  }
  void on_gate_open(plan::FlowId) override {}
  void on_room() override {}
  std::optional<base::Instant> deadline() const override {
    if (!flow_ || waiting_) return std::nullopt;
    return base::Instant{};
  }
  bool finished() const override { return !flow_; }
  void obey(const Command&) override {}
  plan::PlanStatus status() const override { return {}; }

  int responders = 0;  ///< Time exceeded with the address of the router that sent it.

 private:
  static constexpr std::uint8_t kMaxTtl = 12;

  void open() {
    flow_.reset();
    in_round_ = false;
    ttl_ = 1;
    if (flows_left_-- > 0) flow_ = host_->open_flow(trace_);
  }

  plan::PlannerHost* host_ = nullptr;
  std::uint32_t trace_ = 0;
  int flows_left_;
  std::optional<plan::FlowId> flow_;
  bool in_round_ = false;
  bool waiting_ = false;
  std::uint8_t ttl_ = 1;
};

}  // namespace etr::testing
