// Everything that needs a privilege to open, in one value: opened first in main(), before any input
// is read, so that all privileges can be dropped right afterwards.
//
// The capture is one libpcap handle on the device `any`, which survives interfaces coming and
// going. Its ring is allocated when it is opened, so its size must be known by then.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "base/file_descriptor.h"

struct pcap;

namespace etr::transport {

struct PcapCloser {
  void operator()(pcap* handle) const;
};
using PcapHandle = std::unique_ptr<pcap, PcapCloser>;

/// Octets kept of each packet: a whole probe, and any ICMP error with all it quotes.
inline constexpr int kSnapLength = 1600;
inline constexpr std::size_t kDefaultCaptureBuffer = std::size_t{4} << 20U;

struct RawDescriptors {
  PcapHandle capture;           ///< On `any`, SLL2, nanoseconds; captures nothing until start().
  base::FileDescriptor packet;  ///< AF_PACKET, unbound: sends on any interface, also later ones.
  base::FileDescriptor ipv4;    ///< Raw, header included.
  base::FileDescriptor ipv6;    ///< Raw, header included.
  /// Why a descriptor could not be opened, with the remedy. It becomes an error when packets are
  /// needed. A host without IPv6 is not an error: `ipv6` is then closed.
  absl::Status status;
};

/// Opens everything; failures are in RawDescriptors::status. All descriptors are close-on-exec and
/// non-blocking. `capture_buffer` is the size of the ring in octets.
RawDescriptors open_raw_descriptors(std::size_t capture_buffer = kDefaultCaptureBuffer);

}  // namespace etr::transport
