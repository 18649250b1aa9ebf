#include "transport/linux/pcap_capture.h"

#include <pcap/pcap.h>

#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "net/link.h"

namespace etr::transport {
namespace {

/// More than the slots of a ring of any sensible size, so that one call empties it, but bounded in
/// case packets arrive faster than they are handled.
constexpr std::size_t kAtMost = std::size_t{1} << 16U;

std::size_t hash_of(Bytes bytes) {
  const void* start = bytes.data();
  return std::hash<std::string_view>{}({static_cast<const char*>(start), bytes.size()});
}

}  // namespace

bool CopyFilter::is_copy(const ReceivedPacket& packet) {
  if (packet.outgoing) return false;  // Each interface stamps it anew; every copy is wanted.
  const auto same_stamp = [&](const Seen& seen) {
    return seen.stamp == packet.stamp && seen.interface_index != packet.interface_index &&
           seen.size == packet.ip.size();
  };
  const std::size_t hash = hash_of(packet.ip);
  const auto seen = std::find_if(recent_.begin(), recent_.end(), same_stamp);
  if (seen != recent_.end() && seen->hash == hash) return true;
  recent_[next_] = {packet.stamp, packet.interface_index, packet.ip.size(), hash};
  next_ = (next_ + 1) % recent_.size();
  return false;
}

int PcapCapture::fd() const { return pcap_get_selectable_fd(handle_.get()); }

absl::Status PcapCapture::set_filter(const std::string& expression) {
  bpf_program program{};
  if (pcap_compile(handle_.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("capture filter '%s': %s", expression, pcap_geterr(handle_.get())));
  }
  const int result = pcap_setfilter(handle_.get(), &program);
  pcap_freecode(&program);
  if (result == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrFormat("cannot set the capture filter: %s", pcap_geterr(handle_.get())));
}

void PcapCapture::on_packet(unsigned char* user, const pcap_pkthdr* header,
                            const unsigned char* bytes) {
  void* self = user;
  PcapCapture& capture = *static_cast<PcapCapture*>(self);
  // No exception may pass through the library's C code.
  try {
    capture.deliver(*header, {bytes, header->caplen});
  } catch (...) {
    capture.thrown_ = std::current_exception();
    pcap_breakloop(capture.handle_.get());
  }
}

void PcapCapture::deliver(const pcap_pkthdr& header, Bytes frame) {
  const auto link = net::parse_link(net::LinkType::kLinuxSll2, frame);
  if (!link) return;
  ReceivedPacket packet;
  packet.ip = link->ip;
  // In a capture of nanosecond precision tv_usec counts nanoseconds.
  packet.stamp = Timestamp(std::chrono::seconds(header.ts.tv_sec) +
                           std::chrono::nanoseconds(header.ts.tv_usec));
  packet.interface_index = link->interface_index;
  packet.outgoing = link->outgoing;
  if (copies_.is_copy(packet)) return;
  (*handler_)(packet);
}

absl::StatusOr<std::size_t> PcapCapture::receive(const Handler& handler, std::size_t most) {
  handler_ = &handler;
  const auto count = static_cast<int>(std::min(most, kAtMost));
  const int result = pcap_dispatch(handle_.get(), count, on_packet,
                                   static_cast<unsigned char*>(static_cast<void*>(this)));
  handler_ = nullptr;
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (result < 0 && result != PCAP_ERROR_BREAK) {
    return absl::UnavailableError(
        absl::StrFormat("packet capture: %s", pcap_geterr(handle_.get())));
  }
  return static_cast<std::size_t>(std::max(result, 0));
}

TransportCounters PcapCapture::counters() const {
  pcap_stat stats{};
  if (pcap_stats(handle_.get(), &stats) != 0) return {};
  return {stats.ps_drop};
}

}  // namespace etr::transport
