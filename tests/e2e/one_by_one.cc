// Traces a host over real packets with another planner than the program's own, and prints one line
// per flow: its source port, then the address of each hop, "*" where none answered. Run in the lab
// as root.
#include "support/one_by_one.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "plugins/hashers/crc32/crc32_hasher.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "trace/engine.h"
#include "transport/linux/pcap_transport.h"
#include "transport/linux/raw_descriptors.h"

namespace {

class Printer final : public etr::model::Observer {
 public:
  bool reserve() override { return true; }
  void on_path(etr::Path path) override {
    std::string line = std::to_string(path.source_port);
    for (const etr::Hop& hop : path.hops) {
      line += ' ' + (hop.reply ? hop.reply->source.to_string() : "*");
    }
    std::puts(line.c_str());
  }
  void on_event(etr::Event event) override { std::fprintf(stderr, "%s\n", event.text.c_str()); }
  void on_responder(const etr::IpAddress&) override {}
  bool wants_snapshot() const override { return false; }
  void on_snapshot(std::shared_ptr<const etr::Snapshot>) override {}
};

int fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return EXIT_FAILURE;
  const auto target = etr::IpAddress::parse(argv[1]);
  if (!target) return EXIT_FAILURE;
  auto transport = etr::transport::make_pcap_transport(etr::transport::open_raw_descriptors());
  if (!transport.ok()) return fail(transport.status());
  const auto key = etr::trace::RunKey::random();
  if (!key.ok()) return fail(key.status());
  const etr::plugins::TcpSynProber prober;
  const etr::plugins::Crc32Hasher hasher;
  etr::trace::Engine engine(etr::trace::EngineOptions{*key}, {{argv[1], *target}},
                            std::make_unique<etr::testing::OneByOne>(std::atoi(argv[2])), prober,
                            hasher, **transport);
  if (const absl::Status started = engine.start(); !started.ok()) return fail(started);
  Printer printer;
  if (const absl::Status done = engine.run(printer); !done.ok()) return fail(done);
  return EXIT_SUCCESS;
}
