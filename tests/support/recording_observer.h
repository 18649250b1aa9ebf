// An observer that keeps every call's data.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "model/observer.h"

namespace etr::testing {

class RecordingObserver : public model::Observer {
 public:
  bool reserve() override {
    if (room == 0) return false;
    --room;
    return true;
  }
  void on_path(Path path) override {
    times.push_back(path.finished);
    paths.push_back(std::move(path));
  }
  void on_event(Event event) override {
    times.push_back(event.at);
    events.push_back(std::move(event));
  }
  void on_responder(const IpAddress& address) override { responders.push_back(address); }
  bool wants_snapshot() const override { return false; }
  void on_snapshot(std::shared_ptr<const Snapshot>) override {}

  /// Records of one flow, in the order of rounds.
  std::vector<Path> of_flow(std::uint32_t flow) const {
    std::vector<Path> found;
    for (const Path& path : paths) {
      if (path.flow == flow) found.push_back(path);
    }
    return found;
  }
  std::vector<Event> of_kind(EventKind kind) const {
    std::vector<Event> found;
    for (const Event& event : events) {
      if (event.kind == kind) found.push_back(event);
    }
    return found;
  }

  std::size_t room = 1'000'000'000;
  std::vector<Path> paths;
  std::vector<Event> events;
  std::vector<Timestamp> times;  ///< Of records and events, in the order of the calls.
  std::vector<IpAddress> responders;
};

}  // namespace etr::testing
