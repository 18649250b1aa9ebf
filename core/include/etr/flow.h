// A flow: the header fields that per-flow balancers hash, constant for all its probes.
#pragma once

#include <cstdint>

#include "etr/ip_address.h"
#include "etr/wire.h"

namespace etr {

/// One flow of one trace. All values are in host byte order.
struct Flow {
  std::uint32_t trace = 0;  ///< Index of the trace, see RunInfo::traces.
  std::uint32_t index = 0;  ///< Number of the flow in its trace, never reused.
  IpAddress source;
  IpAddress destination;
  /// Source port; for protocols without ports the 16-bit value that takes its place (echo: the id).
  std::uint16_t source_port = 0;
  /// Destination port; 0 for protocols without ports.
  std::uint16_t destination_port = 0;
  /// Random per flow and run, not known to the network: key for values that must not be guessed.
  std::uint64_t secret = 0;
};

/// The checksum of a transport segment with the pseudo header of RFC 793 or RFC 8200 §8.1. The
/// segment's own checksum field must be 0. UDP: a result of 0 is to be sent as 0xffff (RFC 768).
inline std::uint16_t transport_checksum(const Flow& flow, std::uint8_t protocol, Bytes segment) {
  InternetChecksum sum;
  sum.add(flow.source.bytes());
  sum.add(flow.destination.bytes());
  sum.add_u32(static_cast<std::uint32_t>(segment.size()));
  sum.add_u16(protocol);
  sum.add(segment);
  return sum.value();
}

}  // namespace etr
