// The flow table: opens and closes the flows of a run, and finds them by id.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "etr/prober.h"
#include "trace/dispatcher.h"
#include "trace/event_reporter.h"
#include "trace/flow_state.h"
#include "trace/options.h"
#include "trace/trace.h"
#include "transport/transport.h"

namespace etr::trace {

class FlowTable {
 public:
  /// Borrows all arguments.
  FlowTable(const EngineOptions& options, const Prober& prober, transport::Transport& transport,
            Dispatcher& dispatcher, EventReporter& events);

  void add_trace(const Target& target);
  std::vector<std::unique_ptr<Trace>>& traces() { return traces_; }
  const std::vector<std::unique_ptr<Trace>>& traces() const { return traces_; }

  /// Opens a flow on the next free source port of the trace; a port in use is skipped and reported.
  /// The error gives the reason.
  absl::StatusOr<plan::FlowId> open(std::uint32_t trace);
  /// Closes the flow: its packets are no longer accepted, its port is free. The state stays valid
  /// until forget_closed().
  void close(plan::FlowId id);
  /// Call between two turns of the engine, when nothing refers to closed flows any more.
  void forget_closed() { closed_.clear(); }

  /// Null if the flow was closed.
  FlowState* find(plan::FlowId id) { return id < flows_.size() ? flows_[id].get() : nullptr; }
  /// REQUIRES: the flow is open.
  FlowState& at(plan::FlowId id) { return *flows_[id]; }
  const FlowState& at(plan::FlowId id) const { return *flows_[id]; }
  Trace& trace_of(const FlowState& flow) { return *traces_[flow.flow.trace]; }

  /// Calls `visit` with the id and state of each open flow, by trace and index.
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& trace : traces_) {
      for (const plan::FlowId id : trace->flows) visit(id, at(id));
    }
  }
  /// Number of open flows that have not closed a round yet.
  std::size_t without_record() const { return without_record_; }
  void note_first_record() { --without_record_; }
  /// Rounds in progress, over all flows.
  std::size_t open_rounds = 0;

 private:
  absl::StatusOr<bool> open_at(Trace& trace, std::uint32_t index, std::uint16_t port);
  void report(EventKind kind, const Trace& trace, std::optional<std::uint32_t> index,
              std::string text);

  const EngineOptions& options_;
  const Prober& prober_;
  transport::Transport& transport_;
  Dispatcher& dispatcher_;
  EventReporter& events_;
  std::vector<std::unique_ptr<Trace>> traces_;
  std::vector<std::unique_ptr<FlowState>> flows_;  ///< Index: the flow's id. Null: closed.
  std::vector<std::unique_ptr<FlowState>> closed_;
  std::size_t without_record_ = 0;
};

/// The capture filter of the whole run: the packets of the prober and ICMP errors.
std::string capture_filter(const std::vector<std::unique_ptr<Trace>>& traces, const Prober& prober);

}  // namespace etr::trace
