// The program's messages, apart from its results: one line each, to standard error and a log file.
// The only user of spdlog.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"

namespace etr::app {

/// Each message is one line, whatever its text holds. Any thread may call error(), warn(), note().
class MessageLog {
 public:
  enum class Level { kDebug, kInfo, kWarn, kError };

  MessageLog();
  ~MessageLog();
  MessageLog(const MessageLog&) = delete;
  MessageLog& operator=(const MessageLog&) = delete;

  /// Appends to `file`; `level` is the lowest level written.
  absl::Status open(const std::string& file, const std::string& level);
  /// A log file is open.
  bool has_file() const;
  /// For log rotation: closes the file and opens it again by its name.
  void reopen();
  /// The log file could not be written; standard error has the reason.
  bool failed() const;

  /// From here on, lines on standard error are JSON objects: standard output carries records, and a
  /// program that reads those may read these, too.
  void print_json();

  /// While a view owns the terminal, lines are held back; they appear when it closes.
  void hold();
  void release();

  // To standard error and the log file.
  void error(const std::string& text) { emit(Level::kError, text); }
  void warn(const std::string& text) { emit(Level::kWarn, text); }
  /// To the log file alone.
  void note(Level level, const std::string& text);

 private:
  void emit(Level level, const std::string& text);
  void show(Level level, const std::string& line);
  void print(Level level, const std::string& line) const ETR_REQUIRES(mutex_);

  struct File;
  std::unique_ptr<File> file_;
  // Messages are rare and come from every thread.
  base::Mutex mutex_;
  bool json_ ETR_GUARDED_BY(mutex_) = false;
  bool held_ ETR_GUARDED_BY(mutex_) = false;
  std::vector<std::pair<Level, std::string>> waiting_ ETR_GUARDED_BY(mutex_);
};

}  // namespace etr::app
