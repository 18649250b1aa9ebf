#include "trace/event_reporter.h"

#include <string>
#include <utility>

#include "net/ip.h"

namespace etr::trace {

void EventReporter::begin(model::Observer& observer) {
  observer_ = &observer;
  for (Event& event : std::exchange(early_, {})) observer.on_event(std::move(event));
}

void EventReporter::report_now(Event event) {
  event.at = clock_.utc();
  if (observer_ == nullptr) return early_.push_back(std::move(event));
  observer_->on_event(std::move(event));
}

void EventReporter::pass_on(std::vector<Event> events) {
  for (Event& event : events) {
    event.at = clock_.utc();
    observer_->on_event(std::move(event));
  }
}

void EventReporter::report(Event event) { pass_on(limiter_.add(std::move(event), clock_.now())); }

void EventReporter::path_changed(Event event) {
  pass_on(changes_.add(std::move(event), clock_.now()));
}

void EventReporter::unexpected(EventKind kind, const FlowState& flow, const Probe& probe,
                               const Reply& reply, std::string_view text) {
  Event event;
  event.kind = kind;
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = probe.round;
  event.ttl = probe.ttl;
  event.address = reply.source;
  event.rtt = reply.rtt;
  event.text = std::string(text);
  report_now(std::move(event));
}

void EventReporter::rejected(Rejection rejection, const transport::ReceivedPacket& packet,
                             const FlowState* flow) {
  Event event;
  event.kind = EventKind::kRejected;
  event.text = std::string(to_string(rejection));
  if (const auto ip = net::parse_ip(packet.ip)) event.address = ip->header.source;
  if (flow != nullptr) {
    event.trace = flow->flow.trace;
    event.flow = flow->flow.index;
  }
  report(std::move(event));
}

void EventReporter::due(bool all) {
  pass_on(limiter_.due(clock_.now(), all));
  pass_on(changes_.due(clock_.now(), all));
}

}  // namespace etr::trace
