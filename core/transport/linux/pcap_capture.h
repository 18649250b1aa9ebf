// Reads packets from the capture handle. With raw_descriptors.cc the only user of libpcap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "transport/linux/raw_descriptors.h"
#include "transport/transport.h"

struct pcap_pkthdr;

namespace etr::transport {

/// Recognises the second copy of a packet received through stacked interfaces (a bond and its
/// member, a bridge and its port, a VLAN and its parent): the kernel keeps the time stamp of the
/// first copy.
class CopyFilter {
 public:
  /// True if `packet` is a copy of one seen just before on another interface.
  bool is_copy(const ReceivedPacket& packet);

 private:
  struct Seen {
    Timestamp stamp{};
    std::uint32_t interface_index = 0;
    std::size_t size = 0;
    std::size_t hash = 0;
  };
  std::array<Seen, 8> recent_{};
  std::size_t next_ = 0;
};

class PcapCapture {
 public:
  using Handler = std::function<void(const ReceivedPacket&)>;

  explicit PcapCapture(PcapHandle handle) : handle_(std::move(handle)) {}

  /// Readable when there are packets.
  int fd() const;
  absl::Status set_filter(const std::string& expression);
  /// Passes on the packets captured so far, at most a ring full; never waits. Exceptions of the
  /// handler propagate.
  absl::StatusOr<std::size_t> receive(const Handler& handler, std::size_t most);
  TransportCounters counters() const;

 private:
  static void on_packet(unsigned char* user, const pcap_pkthdr* header, const unsigned char* bytes);
  void deliver(const pcap_pkthdr& header, Bytes frame);

  PcapHandle handle_;
  CopyFilter copies_;
  const Handler* handler_ = nullptr;
  std::exception_ptr thrown_;
};

}  // namespace etr::transport
