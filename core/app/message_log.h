// What the program says beside its results: one line at a time, to standard error and a log file.
// The only user of spdlog.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace etr::app {

/// Any thread may call error(), warn() and info().
class MessageLog {
 public:
  MessageLog();
  ~MessageLog();
  MessageLog(const MessageLog&) = delete;
  MessageLog& operator=(const MessageLog&) = delete;

  /// `file` is appended to; empty: none. `level`: the least that is written to it. `json`: lines on
  /// standard error are JSON objects, for a program that reads the records on standard output.
  absl::Status open(const std::string& file, const std::string& level, bool json);

  /// While a view owns the terminal, lines wait; they appear when it is done.
  void hold();
  void release();

  void error(const std::string& text);
  void warn(const std::string& text);
  void info(const std::string& text);

 private:
  enum class Level { kInfo, kWarn, kError };
  void say(Level level, const std::string& text);
  void print(Level level, const std::string& text) const;

  struct Loggers;
  std::unique_ptr<Loggers> loggers_;
  bool json_ = false;
  // Messages are rare and come from every thread.
  std::mutex mutex_;
  bool held_ = false;
  std::vector<std::pair<Level, std::string>> waiting_;
};

}  // namespace etr::app
