// A synthetic run: four spines, four leaves, one lossy link between them, a silent hop, a limited
// hop, and a destination. It is the same every time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "tests/support/address.h"

namespace sample {

class FakeNames final : public etr::Names {
 public:
  std::string name(const etr::IpAddress& address) override {
    const auto found = known.find(address.to_string());
    return found == known.end() ? std::string() : found->second;
  }
  std::map<std::string, std::string> known;
};

struct Run {
  etr::RunInfo info;
  std::shared_ptr<etr::Snapshot> snapshot;
  std::vector<etr::Path> paths;  ///< All flows of a round together, rounds in order.
  std::vector<etr::Event> events;
  FakeNames names;
};

/// `rounds` rounds of `flows` flows. Flow i takes spine i mod 4 and leaf i / 4 mod 4; 30 % of the
/// probes between spine 2 and leaf 3 are lost.
Run fabric(std::uint32_t flows = 16, std::uint64_t rounds = 60);

/// Many flows over long paths, with four vertices per TTL; also for benchmarks.
Run large(std::uint32_t flows = 1000, std::uint8_t hops = 30);

using etr::test::address;

}  // namespace sample
