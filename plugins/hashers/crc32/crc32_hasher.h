// Short path hashes: CRC-32 as in IEEE 802.3, eight hex digits. Not safe against deliberate
// collisions.
#pragma once

#include "etr/plugin.h"

namespace etr::plugins {

class Crc32Hasher final : public PathHasher {
 public:
  static constexpr PluginInfo kInfo{"crc32", "1.0.0", "CRC-32 (IEEE 802.3), 8 hex digits"};

  std::size_t digest_size() const override { return 4; }
  void digest(Bytes bytes, MutableBytes out) const override;
};

}  // namespace etr::plugins
