#include "pipeline/real_backend.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "output/resolver.h"
#include "pipeline/scoped_address.h"
#include "pipeline/targets.h"
#include "transport/linux/pcap_transport.h"

namespace etr::pipeline {
namespace {

/// The interface that all probes leave by: the option, or the zone of the source; empty: by route.
absl::StatusOr<std::string> interface_of_run(const TraceOptions& options) {
  const auto source = source_option(options);
  if (!source) return options.interface;
  auto zone = zone_interface(*source, options.source);
  if (!zone.ok() || options.interface.empty()) return zone;
  if (!zone->empty() && *zone != options.interface) {
    return absl::InvalidArgumentError(absl::StrCat("source ", options.source, " is on interface ",
                                                   *zone, ", but --interface is ",
                                                   options.interface));
  }
  return options.interface;
}

class RealBackend final : public Backend {
 public:
  RealBackend(TraceOptions options, transport::RawDescriptors descriptors)
      : options_(std::move(options)), descriptors_(std::move(descriptors)) {}

  bool is_real() const override { return true; }

  absl::StatusOr<std::unique_ptr<transport::Transport>> open() override {
    if (!descriptors_.status.ok()) return descriptors_.status;
    const auto interface = interface_of_run(options_);
    if (!interface.ok()) return interface.status();
    interface_ = *interface;
    transport::PcapTransportOptions pcap;
    pcap.interface = interface_;
    if (const auto source = source_option(options_)) pcap.source = source->address;
    return transport::make_pcap_transport(std::move(descriptors_), std::move(pcap));
  }

  absl::StatusOr<std::vector<trace::Target>> find_targets(
      const std::vector<std::string>& hosts, std::optional<Family> family) const override {
    return resolve_targets(hosts, family, interface_);
  }

  absl::StatusOr<trace::RunKey> make_key() const override { return trace::RunKey::random(); }

  absl::StatusOr<std::shared_ptr<output::NameSource>> make_names() const override {
    return output::Resolver::make({});
  }

 private:
  const TraceOptions options_;
  transport::RawDescriptors descriptors_;
  std::string interface_;  ///< From open() on.
};

}  // namespace

std::unique_ptr<Backend> make_real_backend(const TraceOptions& options,
                                           transport::RawDescriptors descriptors) {
  return std::make_unique<RealBackend>(options, std::move(descriptors));
}

}  // namespace etr::pipeline
