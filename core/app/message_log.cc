#include "app/message_log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace etr::app {

namespace {

std::string json_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

struct MessageLog::Loggers {
  std::shared_ptr<spdlog::logger> file;
};

MessageLog::MessageLog() : loggers_(std::make_unique<Loggers>()) {}
MessageLog::~MessageLog() { release(); }

absl::Status MessageLog::open(const std::string& file, const std::string& level, bool json) {
  json_ = json;
  if (file.empty()) return absl::OkStatus();
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file, false);
    loggers_->file = std::make_shared<spdlog::logger>("etr", std::move(sink));
    loggers_->file->set_level(spdlog::level::from_str(level));
    loggers_->file->flush_on(spdlog::level::info);
    loggers_->file->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  } catch (const spdlog::spdlog_ex& error) {
    return absl::InvalidArgumentError(absl::StrCat("cannot open log '", file, "': ", error.what()));
  }
  return absl::OkStatus();
}

void MessageLog::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void MessageLog::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  for (const auto& [level, text] : waiting_) print(level, text);
  waiting_.clear();
}

void MessageLog::error(const std::string& text) { say(Level::kError, text); }
void MessageLog::warn(const std::string& text) { say(Level::kWarn, text); }
void MessageLog::info(const std::string& text) { say(Level::kInfo, text); }

void MessageLog::say(Level level, const std::string& text) {
  if (loggers_->file) {
    const auto to = level == Level::kError  ? spdlog::level::err
                    : level == Level::kWarn ? spdlog::level::warn
                                            : spdlog::level::info;
    loggers_->file->log(to, text);
  }
  const std::lock_guard lock(mutex_);
  if (held_) {
    waiting_.emplace_back(level, text);
  } else {
    print(level, text);
  }
}

void MessageLog::print(Level level, const std::string& text) const {
  if (!json_) {
    std::cerr << (level == Level::kError ? "Error: " : "etr: ") << text << '\n';
    return;
  }
  const char* name = level == Level::kError ? "error" : level == Level::kWarn ? "warn" : "info";
  std::cerr << absl::StrCat(
      "{\"time\":\"", absl::FormatTime(absl::RFC3339_full, absl::Now(), absl::UTCTimeZone()),
      "\",\"level\":\"", name, "\",\"msg\":\"", json_escape(text), "\"}\n");
}

}  // namespace etr::app
