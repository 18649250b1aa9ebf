#include "pipeline/real_backend.h"

#include <utility>

#include "output/resolver.h"
#include "pipeline/targets.h"
#include "transport/linux/pcap_transport.h"

namespace etr::pipeline {
namespace {

class RealBackend final : public Backend {
 public:
  RealBackend(transport::PcapTransportOptions options, transport::RawDescriptors descriptors)
      : options_(std::move(options)), descriptors_(std::move(descriptors)) {}

  bool is_real() const override { return true; }

  absl::StatusOr<std::unique_ptr<transport::Transport>> open() override {
    return transport::make_pcap_transport(std::move(descriptors_), std::move(options_));
  }

  absl::StatusOr<std::vector<trace::Target>> find_targets(
      const std::vector<std::string>& hosts, std::optional<Family> family) const override {
    return resolve_targets(hosts, family);
  }

  absl::StatusOr<trace::RunKey> make_key() const override { return trace::RunKey::random(); }

  absl::StatusOr<std::shared_ptr<output::NameSource>> make_names() const override {
    return output::Resolver::make({});
  }

 private:
  transport::PcapTransportOptions options_;
  transport::RawDescriptors descriptors_;
};

}  // namespace

std::unique_ptr<Backend> make_real_backend(const TraceOptions& options,
                                           transport::RawDescriptors descriptors) {
  transport::PcapTransportOptions pcap;
  pcap.interface = options.interface;
  pcap.source = source_option(options);
  return std::make_unique<RealBackend>(std::move(pcap), std::move(descriptors));
}

}  // namespace etr::pipeline
