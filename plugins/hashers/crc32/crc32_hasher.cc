#include "crc32_hasher.h"

#include <zlib.h>

namespace etr::plugins {

void Crc32Hasher::digest(Bytes bytes, MutableBytes out) const {
  WireWriter(out).u32(static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size())));
}

}  // namespace etr::plugins
