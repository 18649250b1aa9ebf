#include "app/message_log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <exception>
#include <iostream>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "etr/record_file.h"
#include "etr/text.h"

namespace etr::app {

namespace {

/// Follows the rules for all files that etr writes: creates no folder, follows no link where
/// everyone may write, waits for no FIFO, and reports a full disk.
class LogFileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LogFileSink(const std::string& file) : file_(file) {
    file_.open(RecordFile::Mode::kAppend);
  }
  void reopen() {
    const std::lock_guard lock(mutex_);
    file_.reopen();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_.write({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  RecordFile file_;
};

/// For text that etr::printable() has cleaned: valid UTF-8 without control characters.
std::string json_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

struct MessageLog::File {
  std::shared_ptr<LogFileSink> sink;
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<bool> failed{false};
};

MessageLog::MessageLog() : file_(std::make_unique<File>()) {}
MessageLog::~MessageLog() { release(); }

absl::Status MessageLog::open(const std::string& file, const std::string& level) {
  try {
    file_->sink = std::make_shared<LogFileSink>(file);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("log: ", error.what()));
  }
  file_->logger = std::make_shared<spdlog::logger>("etr", file_->sink);
  file_->logger->set_level(spdlog::level::from_str(level));
  file_->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  file_->logger->set_error_handler([this](const std::string& reason) {
    if (!file_->failed.exchange(true)) show(Level::kError, "log: " + reason);
  });
  return absl::OkStatus();
}

bool MessageLog::has_file() const { return file_->logger != nullptr; }

void MessageLog::reopen() {
  if (!has_file()) return;
  try {
    file_->sink->reopen();
  } catch (const std::exception& error) {
    file_->failed = true;
    show(Level::kError, absl::StrCat("log: ", error.what()));
  }
}

bool MessageLog::failed() const { return file_->failed; }

void MessageLog::print_json() {
  const base::MutexLock lock(mutex_);
  json_ = true;
}

void MessageLog::hold() {
  const base::MutexLock lock(mutex_);
  held_ = true;
}

void MessageLog::release() {
  const base::MutexLock lock(mutex_);
  held_ = false;
  for (const auto& [level, line] : waiting_) print(level, line);
  waiting_.clear();
}

void MessageLog::note(Level level, const std::string& text) {
  if (!has_file()) return;
  const auto to = level == Level::kError  ? spdlog::level::err
                  : level == Level::kWarn ? spdlog::level::warn
                  : level == Level::kInfo ? spdlog::level::info
                                          : spdlog::level::debug;
  file_->logger->log(to, spdlog::string_view_t(printable(text)));
}

void MessageLog::emit(Level level, const std::string& text) {
  note(level, text);
  show(level, printable(text));
}

void MessageLog::show(Level level, const std::string& line) {
  const base::MutexLock lock(mutex_);
  if (held_) {
    waiting_.emplace_back(level, line);
  } else {
    print(level, line);
  }
}

void MessageLog::print(Level level, const std::string& line) const {
  if (!json_) {
    std::cerr << absl::StrCat(level == Level::kError ? "Error: " : "etr: ", line, "\n");
    return;
  }
  std::cerr << absl::StrCat("{\"time\":\"",
                            absl::FormatTime(absl::RFC3339_full, absl::Now(), absl::UTCTimeZone()),
                            "\",\"level\":\"", level == Level::kError ? "error" : "warn",
                            "\",\"msg\":\"", json_escape(line), "\"}\n");
}

}  // namespace etr::app
