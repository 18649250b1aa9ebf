#include "app/plugin_templates.h"

namespace etr::app {
namespace {

constexpr std::string_view kSink = R"(#include <fstream>
#include <stdexcept>
#include <string>

#include <etr/plugin.h>

class @CLASS@ final : public etr::Sink {
 public:
  struct Options {
    std::string path = "@NAME@.out";
  };
  static constexpr etr::PluginInfo kInfo{"@NAME@", "0.1.0", "One line per path"};
  static constexpr auto kOptions = std::tuple{
      etr::option("path", &Options::path, "File to write")};

  explicit @CLASS@(const Options& options) : options_(options) {}

  void open(const etr::RunInfo&) override {
    out_.open(options_.path);
    if (!out_) throw std::runtime_error("cannot open " + options_.path);
  }

  void write(const etr::Path& path) override {
    out_ << path.flow << ' ' << path.round << ' ' << path.path_hash << '\n';
    if (!out_) throw std::runtime_error("write failed");
  }
  void flush() override {
    if (!out_.flush()) throw std::runtime_error("write failed");
  }

 private:
  const Options options_;
  std::ofstream out_;
};

ETR_PLUGIN(@CLASS@);
)";

constexpr std::string_view kView = R"(#include <iostream>
#include <memory>

#include <etr/plugin.h>

class @CLASS@ final : public etr::View {
 public:
  static constexpr etr::PluginInfo kInfo{"@NAME@", "0.1.0", "Counts paths"};

  void open(const etr::RunInfo& run, etr::Names&) override {
    for (const etr::TraceInfo& trace : run.traces) std::cout << "to " << trace.target << '\n';
  }
  void on_path(const etr::Path& path) override {
    std::cout << "flow " << path.flow << " round " << path.round << ": " << path.hops.size()
              << " hops, path " << path.path_hash << std::endl;
  }
  void render(const std::shared_ptr<const etr::Snapshot>&) override {}
  void close(const etr::Summary& summary) override {
    std::cout << summary.records << " paths in all" << std::endl;
  }
};

ETR_PLUGIN(@CLASS@);
)";

constexpr std::string_view kHasher = R"(#include <cstdint>

#include <etr/plugin.h>

// FNV-1a, 64 bits. Its output is stored for years: give a changed digest a new name.
class @CLASS@ final : public etr::PathHasher {
 public:
  static constexpr etr::PluginInfo kInfo{"@NAME@", "0.1.0", "FNV-1a, 16 hex digits"};

  std::size_t digest_size() const override { return 8; }
  void digest(etr::Bytes bytes, etr::MutableBytes out) const override {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::uint8_t octet : bytes) hash = (hash ^ octet) * 0x100000001b3U;
    etr::WireWriter(out).u64(hash);
  }
};

ETR_PLUGIN(@CLASS@);
)";

constexpr std::string_view kProber = R"(#include <algorithm>
#include <stdexcept>
#include <string>

#include <etr/plugin.h>

// UDP probes, identified by their length: 16 octets of payload per TTL, one more per slot.
class @CLASS@ final : public etr::Prober {
 public:
  static constexpr etr::PluginInfo kInfo{"@NAME@", "0.1.0", "UDP probes"};

  std::uint8_t protocol() const override { return 17; }
  std::string_view record_name() const override { return "UDP"; }
  std::uint16_t default_port() const override { return 33434; }
  std::uint16_t slots() const override { return 16; }
  std::uint8_t max_ttl(etr::Family family, std::uint16_t mtu) const override {
    const int room = mtu - (family == etr::Family::kIpv4 ? 20 : 40) - 8;
    return static_cast<std::uint8_t>(std::clamp(room / 16 - 1, 0, 255));
  }
  std::string capture_filter(etr::Family family, std::uint16_t port) const override {
    return (family == etr::Family::kIpv4 ? "ip" : "ip6") + (" and udp port " + std::to_string(port));
  }

  std::size_t encode(const etr::Flow& flow, const etr::ProbeSpec& spec,
                     etr::MutableBytes segment) const override {
    const int payload = spec.ttl * 16 + spec.slot;
    etr::WireWriter out(segment);
    out.u16(flow.source_port);
    out.u16(flow.destination_port);
    out.u16(static_cast<std::uint16_t>(8 + payload));
    out.u16(0);  // The checksum, below.
    out.zeros(static_cast<std::size_t>(payload));
    if (!out.ok()) throw std::length_error("no room for the probe");
    const std::uint16_t sum = etr::transport_checksum(flow, protocol(), out.written());
    etr::put_u16(segment, 6, sum == 0 ? 0xffff : sum);
    return out.size();
  }

  // A quote in an ICMP error: hostile until proven otherwise, and possibly 8 octets long.
  std::optional<etr::Decoded> decode_quote(const etr::Flow&, etr::Bytes segment) const override {
    etr::WireReader in(segment);
    in.skip(4);
    const int payload = in.u16() - 8;
    if (!in.ok() || payload < 16 || payload / 16 > 255) return std::nullopt;
    const etr::ProbeId probe{static_cast<std::uint8_t>(payload / 16),
                             static_cast<std::uint16_t>(payload % 16)};
    return etr::Decoded{probe, std::nullopt, etr::ReplyKind::kOther};
  }

  // A reply from the service: it does not show which probe it answers.
  std::optional<etr::Decoded> decode_reply(const etr::Flow&, etr::Bytes segment) const override {
    if (segment.size() < 8) return std::nullopt;
    return etr::Decoded{std::nullopt, std::nullopt, etr::ReplyKind::kData};
  }
};

ETR_PLUGIN(@CLASS@);
)";

}  // namespace

std::string_view source_template(PluginKind kind) {
  switch (kind) {
    case PluginKind::kProber: return kProber;
    case PluginKind::kHasher: return kHasher;
    case PluginKind::kSink: return kSink;
    case PluginKind::kView: break;
  }
  return kView;
}

}  // namespace etr::app
