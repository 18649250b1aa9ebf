// What the program says beside its results: one line at a time, to standard error and a log file.
// The only user of spdlog.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace etr::app {

/// Each message is one line, whatever its text holds. Any thread may call error(), warn(), note().
class MessageLog {
 public:
  enum class Level { kDebug, kInfo, kWarn, kError };

  MessageLog();
  ~MessageLog();
  MessageLog(const MessageLog&) = delete;
  MessageLog& operator=(const MessageLog&) = delete;

  /// `file` is appended to; `level` is the least that is written to it.
  absl::Status open(const std::string& file, const std::string& level);
  /// A log file is open.
  bool has_file() const;
  /// For log rotation: closes the file and opens its name again.
  void reopen();
  /// The log file could not be written; standard error has said why.
  bool failed() const;

  /// From here on, lines on standard error are JSON objects: standard output has records, and
  /// whoever reads those may read these.
  void print_json();

  /// While a view owns the terminal, lines wait; they appear when it is done.
  void hold();
  void release();

  // To standard error and the log file.
  void error(const std::string& text) { say(Level::kError, text); }
  void warn(const std::string& text) { say(Level::kWarn, text); }
  /// To the log file alone.
  void note(Level level, const std::string& text);

 private:
  void say(Level level, const std::string& text);
  void show(Level level, const std::string& line);
  void print(Level level, const std::string& line) const;

  struct File;
  std::unique_ptr<File> file_;
  // Messages are rare and come from every thread.
  std::mutex mutex_;
  bool json_ = false;
  bool held_ = false;
  std::vector<std::pair<Level, std::string>> waiting_;
};

}  // namespace etr::app
