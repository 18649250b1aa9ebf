// The path hasher: names a path by a digest of its addresses.
#pragma once

#include <cstddef>

#include "etr/wire.h"

namespace etr {

/// A pure function of bytes. The core writes the canonical bytes, each confirmed address in TTL
/// order as text followed by '|', and prints the digest as lower-case hex. Called on the probing
/// thread. Its output is stored for years: a changed digest needs a new plugin name.
class PathHasher {
 public:
  virtual ~PathHasher() = default;
  /// Octets of a digest, constant.
  virtual std::size_t digest_size() const = 0;
  /// Writes exactly digest_size() octets.
  virtual void digest(Bytes bytes, MutableBytes out) const = 0;
};

}  // namespace etr
