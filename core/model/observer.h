// Receiver of the engine's results: the output side, or a test.
#pragma once

#include <cstdint>
#include <memory>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"

namespace etr::model {

/// All calls on the probing thread. No call may block, except reserve() on a virtual clock.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Reserves room for one path record. A flow's round starts only with a reservation, and each is
  /// used by exactly one on_path(). False: no room now; Transport::wake() is called when there is
  /// room again.
  virtual bool reserve() = 0;
  virtual void on_path(Path path) = 0;
  virtual void on_event(Event event) = 0;

  /// First reply from this address in this run: its name may be looked up.
  virtual void on_responder(const IpAddress& address) = 0;

  /// The engine makes a snapshot only if this returns true.
  virtual bool wants_snapshot() const = 0;
  virtual void on_snapshot(std::shared_ptr<const Snapshot> snapshot) = 0;
};

}  // namespace etr::model
