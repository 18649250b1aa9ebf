#include "plain_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "etr/text.h"
#include "layout.h"
#include "path_text.h"

namespace {

/// Width of standard output; 0 if it is not a terminal.
std::size_t terminal_columns() {
  winsize window{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : std::size_t{0};
}

}  // namespace

PlainView::PlainView(const Options& options)
    : options_(options), host_width_(static_cast<std::size_t>(options.host_width)) {}

void PlainView::open(const etr::RunInfo& run, etr::Names& names) {
  run_ = run;
  names_ = &names;
  out_.open(etr::RecordFile::Mode::kAppend);
  std::string text;
  for (const etr::TraceInfo& trace : run.traces) {
    text += "tracing " + plain::target_text(trace) + " with " + trace.protocol;
    if (trace.destination_port != 0) text += " to port " + std::to_string(trace.destination_port);
    text += ", " + plain::counted(run.flows, "flow") + " from source port " +
            std::to_string(run.first_source_port) + "\n";
  }
  out_.write(text);
}

void PlainView::on_path(const etr::Path& path) {
  report_.add(path);
  if (!options_.paths) return;
  const auto [shown, first] = shown_.try_emplace({path.trace, path.flow}, path.path_id);
  const bool is_new = first || shown->second != path.path_id;
  shown->second = path.path_id;
  out_.write(plain::path_text(path, target(path.trace), options_.every_hop || is_new, host_width_));
}

void PlainView::on_event(const etr::Event& event) {
  if (!options_.events) return;
  out_.write(plain::event_text(event, event.trace ? target(*event.trace) : std::string()));
}

void PlainView::close(const etr::Summary& summary) {
  if (options_.tables && names_ != nullptr) {
    const plain::Room room{host_width_, terminal_columns()};
    out_.write(report_.text(run_, *summary.snapshot, *names_, room));
  }
}

std::string PlainView::target(std::uint32_t trace) const {
  const auto found = std::find_if(run_.traces.begin(), run_.traces.end(),
                                  [&](const etr::TraceInfo& info) { return info.trace == trace; });
  return found == run_.traces.end() ? std::string() : found->target;
}
