// A run in the log file: its targets, its events, its end.
//
// A sink, and so called on a thread of its own: a slow disk under the log does not delay probing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "app/message_log.h"
#include "etr/sink.h"

namespace etr::app {

class RunLog final : public Sink {
 public:
  /// `log` must outlive the sink. `headless`: there is no view, so flows without a port and probes
  /// that could not be sent are reported on standard error, too.
  RunLog(MessageLog& log, bool headless) : log_(log), headless_(headless) {}

  void open(const RunInfo& run) override;
  void write(const Path& path) override;
  void on_event(const Event& event) override;
  void reopen() override { log_.reopen(); }
  void close(const Summary& summary) override;

 private:
  std::string target(std::optional<std::uint32_t> trace) const;

  MessageLog& log_;
  const bool headless_;
  RunInfo run_;
  std::set<std::uint32_t> seen_;  ///< Traces whose source address has been logged.
};

}  // namespace etr::app
