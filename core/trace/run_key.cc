#include "trace/run_key.h"

#include <sodium/crypto_shorthash_siphash24.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "base/errno_text.h"
#include "etr/wire.h"

namespace etr::trace {

namespace {

/// SipHash outputs a little-endian number.
std::uint64_t number_of(const std::array<std::uint8_t, 8>& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = digest.size(); i-- > 0;) number = number << 8U | digest[i];
  return number;
}

}  // namespace

absl::StatusOr<RunKey> RunKey::random() {
  Bytes bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    return absl::UnavailableError("no random key for this run: " + base::errno_text(errno));
  }
  return RunKey(bytes);
}

RunKey RunKey::from_seed(std::uint64_t seed) {
  Bytes bytes{};
  WireWriter(bytes).u64(seed);
  return RunKey(bytes);
}

std::uint64_t RunKey::hash(Purpose purpose, std::uint32_t flow, std::uint8_t ttl,
                           std::uint64_t counter) const {
  std::array<std::uint8_t, 14> input{};
  WireWriter writer(input);
  writer.u8(static_cast<std::uint8_t>(purpose));
  writer.u8(ttl);
  writer.u32(flow);
  writer.u64(counter);
  std::array<std::uint8_t, crypto_shorthash_siphash24_BYTES> digest{};
  crypto_shorthash_siphash24(digest.data(), input.data(), input.size(), bytes_.data());
  return number_of(digest);
}

std::uint64_t RunKey::token(std::uint32_t flow, std::uint8_t ttl, std::uint64_t counter) const {
  const std::uint64_t token = hash(Purpose::kToken, flow, ttl, counter);
  return token != 0 ? token : 1;
}

std::uint16_t RunKey::first_id(std::uint32_t flow) const {
  return static_cast<std::uint16_t>(hash(Purpose::kFirstId, flow, 0, 0) % 65535U + 1U);
}

std::uint64_t RunKey::flow_secret(std::uint32_t flow) const {
  return hash(Purpose::kFlowSecret, flow, 0, 0);
}

}  // namespace etr::trace
