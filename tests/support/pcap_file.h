// Capture files for tests: written and read without libpcap, dissected by tcpdump.
#pragma once

#include <string>
#include <vector>

#include "net/link.h"
#include "support/packet_builder.h"

namespace etr::testing {

struct PcapFile {
  net::LinkType link_type = net::LinkType::kRaw;
  std::vector<Octets> frames;
};

/// Throws std::runtime_error if the file cannot be written, or read as a capture.
void write_pcap(const std::string& path, const PcapFile& file);
PcapFile read_pcap(const std::string& path);

/// True if there is a tcpdump to ask.
bool have_tcpdump();

/// What `tcpdump ARGUMENTS -r FILE` prints for these frames. Throws if tcpdump fails.
std::string tcpdump(const PcapFile& file, const std::string& arguments);

}  // namespace etr::testing
