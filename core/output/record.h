// A record on its way to sinks and view, which share it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "etr/path.h"
#include "output/attach_names.h"
#include "output/names.h"

namespace etr::output {

/// Thread-safe. Whoever reads it first puts in the names that are known then, so that no reader
/// waits for them on the probing thread and none copies the record.
class Record {
 public:
  explicit Record(Path path) : path_(std::move(path)) {}

  const Path& read(NameSource& names) {
    std::call_once(named_, [&] { attach_names(path_, names); });
    return path_;
  }

 private:
  Path path_;
  std::once_flag named_;
};

using RecordPtr = std::shared_ptr<Record>;

}  // namespace etr::output
