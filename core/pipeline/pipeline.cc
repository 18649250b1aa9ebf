#include "pipeline/pipeline.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/signal_stack.h"
#include "base/thread_name.h"
#include "pipeline/outputs.h"
#include "pipeline/targets.h"
#include "plugin/guard.h"

namespace etr::pipeline {

namespace {

constexpr int kClosedPipeStatus = 141;  // 128 + SIGPIPE, as a shell reports it.

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace

Pipeline::Pipeline(PipelineParts parts, plugin::Catalog& catalog)
    : parts_(std::move(parts)), catalog_(catalog) {}

Pipeline::~Pipeline() {
  if (!probing_.joinable()) return;
  engine_->stop(StopReason::kFault);
  probing_.join();
}

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::build(PipelineParts parts,
                                                          plugin::Catalog& catalog) {
  auto pipeline = std::unique_ptr<Pipeline>(new Pipeline(std::move(parts), catalog));
  const absl::Status status = plugin::without_fault([&] { return pipeline->build(); });
  if (!status.ok()) return status;
  return pipeline;
}

absl::Status Pipeline::build() {
  auto transport = parts_.backend->open();
  if (!transport.ok()) return transport.status();
  transport_ = *std::move(transport);
  if (absl::Status status = make_engine(); !status.ok()) return status;
  return engine_->start();
}

absl::Status Pipeline::make_engine() {
  auto targets = parts_.backend->find_targets(parts_.hosts, family_option(parts_.config.trace));
  if (!targets.ok()) {
    const auto source = source_option(parts_.config.trace);
    return source ? for_source(targets.status(), source->address) : targets.status();
  }
  auto prober = catalog_.create_prober(parts_.config.prober, parts_.report);
  if (!prober.ok()) return prober.status();
  prober_ = *std::move(prober);
  for (trace::Target& target : *targets) {
    if (target.port != 0) continue;
    const std::int64_t port = parts_.config.trace.dest_port;
    target.port = port != 0 ? static_cast<std::uint16_t>(port) : prober_->default_port();
  }
  if (absl::Status status = check_distinct(*targets); !status.ok()) return status;
  auto hasher = catalog_.create_hasher(parts_.config.hasher);
  if (!hasher.ok()) return hasher.status();
  hasher_ = *std::move(hasher);
  const auto key = parts_.backend->make_key();
  if (!key.ok()) return key.status();
  engine_ = std::make_unique<trace::Engine>(
      engine_options(parts_.config.trace, *key), *std::move(targets),
      std::make_unique<plan::FixedRounds>(round_options(parts_.config.trace)), *prober_, *hasher_,
      *transport_);
  return absl::OkStatus();
}

absl::Status Pipeline::start() {
  if (absl::Status status = plugin::without_fault([this] { return make_output(); }); !status.ok()) {
    return status;
  }
  if (uses_terminal()) parts_.terminal_reset(terminal_reset_);
  started_ = transport_->clock().utc();
  if (absl::Status status = output_->start(run_info()); !status.ok()) {
    engine_->stop(StopReason::kFault);
    output_->finish(engine_->summary());
    output_->wait_until_done(std::chrono::milliseconds(500));
    return status;
  }
  probing_ = std::thread([this] {
    base::name_thread("etr-probing");
    const base::SignalStack signal_stack;
    engine_status_ = engine_->run(*output_);
    done_.wake();
  });
  return absl::OkStatus();
}

absl::Status Pipeline::make_output() {
  auto outputs = make_outputs(catalog_, parts_.config);
  if (!outputs.ok()) return outputs.status();
  std::optional<output::NamedView>& view = outputs->view;
  has_view_ = view.has_value();
  if (auto log = parts_.log_sink(!has_view_)) {
    outputs->sinks.push_back({"sink 'log'", std::move(log)});
  }
  if (has_view_) terminal_reset_ = view->view->terminal_reset();
  names_ = make_names();

  output::OutputOptions options;
  options.virtual_clock = transport_->clock().is_virtual();
  output::OutputCallbacks callbacks;
  callbacks.report = parts_.report;
  callbacks.room = [this] { transport_->wake(); };
  callbacks.command = [this](const Command& command) { obey(command); };
  callbacks.stop_process = parts_.stop_process;
  callbacks.closed_pipe = [this] { engine_->stop(StopReason::kFault); };
  output_ = std::make_unique<output::Output>(options, std::move(outputs->sinks), std::move(view),
                                             names_, std::move(callbacks));
  return absl::OkStatus();
}

std::shared_ptr<output::NameSource> Pipeline::make_names() const {
  if (!parts_.config.trace.resolve) return std::make_shared<output::FixedNames>();
  auto names = parts_.backend->make_names();
  if (names.ok()) return *std::move(names);
  parts_.report(std::string(names.status().message()));  // A trace is useful without names.
  return std::make_shared<output::FixedNames>();
}

RunInfo Pipeline::run_info() const {
  const TraceOptions& options = parts_.config.trace;
  RunInfo run;
  run.version = parts_.version;
  run.hostname = host_name();
  run.started = started_;
  run.traces = engine_->traces();
  run.flows = static_cast<std::uint32_t>(options.flows);
  run.first_source_port = static_cast<std::uint16_t>(options.source_port);
  run.rounds = static_cast<std::uint64_t>(options.count);
  run.max_ttl = static_cast<std::uint8_t>(options.max_ttl);
  run.round_interval = options.round_interval;
  run.timeout = options.timeout;
  run.rate = options.rate;
  run.prober = parts_.config.prober.name;
  run.hasher = parts_.config.hasher.name;
  return run;
}

void Pipeline::obey(const Command& command) {
  if (command.kind == Command::Kind::kQuit) {
    stop(StopReason::kUser);
    quit_.wake();
  } else {
    engine_->post(command);
  }
}

void Pipeline::stop(StopReason reason) {
  output_->stop_waiting();
  engine_->stop(reason);
}

bool Pipeline::wait_for_probing(Duration limit) const {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit);
  pollfd done{done_.fd(), POLLIN, 0};
  return ::poll(&done, 1, static_cast<int>(milliseconds.count())) == 1;
}

void Pipeline::give_up_probing() {
  probing_stuck_ = true;
  probing_.detach();
  parts_.report(absl::StrCat("prober '", parts_.config.prober.name, "' or hasher '",
                             parts_.config.hasher.name,
                             "' does not return: the rounds under way are lost"));
}

void Pipeline::finish() {
  if (probing_stuck_) {
    return output_->finish({StopReason::kFault, std::make_shared<const Snapshot>(), 0});
  }
  probing_.join();
  if (!engine_status_.ok()) parts_.report(std::string(engine_status_.message()));
  const Summary summary = engine_->summary();
  const Counters& counters = summary.snapshot->counters;
  nothing_sent_ = counters.probes_sent == 0 && counters.send_errors > 0;
  if (nothing_sent_) {
    parts_.report(absl::StrCat("none of ", counters.send_errors, " probes could be sent"));
  }
  output_->finish(summary);
}

int Pipeline::exit_status() const {
  if (output_->closed_pipe()) return kClosedPipeStatus;
  if (probing_stuck_) return EXIT_FAILURE;
  return engine_status_.ok() && !output_->failed() && !nothing_sent_ ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace etr::pipeline
