// Where the engine's results go. Implemented by the output side and by tests.
#pragma once

#include <cstdint>
#include <memory>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"

namespace etr::model {

/// Called on the probing thread; no call may block, except reserve() on a virtual clock.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Room for one path record. A flow's round starts only with a reservation; each is used by
  /// exactly one on_path(). False: not now. Transport::wake() is called when there is room again.
  virtual bool reserve() = 0;
  virtual void on_path(Path path) = 0;
  virtual void on_event(Event event) = 0;

  /// An address was heard for the first time in this run: its name may be looked up.
  virtual void on_responder(const IpAddress& address) = 0;

  /// True if a new snapshot would be shown; the engine then makes one.
  virtual bool wants_snapshot() const = 0;
  virtual void on_snapshot(std::shared_ptr<const Snapshot> snapshot) = 0;
};

}  // namespace etr::model
