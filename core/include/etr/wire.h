// Bounds-checked access to bytes in network order, and the Internet checksum.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace etr {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// Reads big-endian numbers from the front of a borrowed buffer. Reading past the end gives zeros
/// and makes ok() false for good, so a parser may read a whole header and check once.
class WireReader {
 public:
  explicit WireReader(Bytes bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  /// What has not been read yet.
  Bytes rest() const { return rest_; }
  std::size_t remaining() const { return rest_.size(); }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }

  /// The next `count` octets; empty, and not ok, if there are fewer.
  Bytes bytes(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  void skip(std::size_t count) { bytes(count); }

 private:
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : bytes(count)) value = value << 8U | octet;
    return value;
  }

  Bytes rest_;
  bool ok_ = true;
};

/// Writes big-endian numbers to the front of a borrowed buffer. Writing past the end writes
/// nothing and makes ok() false for good.
class WireWriter {
 public:
  explicit WireWriter(MutableBytes buffer) : buffer_(buffer) {}

  bool ok() const { return ok_; }
  /// Octets written so far.
  std::size_t size() const { return written_; }
  MutableBytes written() const { return buffer_.first(written_); }

  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void bytes(Bytes source) {
    if (MutableBytes place = take(source.size()); !place.empty()) {
      std::copy(source.begin(), source.end(), place.begin());
    }
  }
  void zeros(std::size_t count) {
    const MutableBytes place = take(count);
    std::fill(place.begin(), place.end(), std::uint8_t{0});
  }

 private:
  MutableBytes take(std::size_t count) {
    if (!ok_ || count > buffer_.size() - written_) {
      ok_ = false;
      return {};
    }
    const MutableBytes place = buffer_.subspan(written_, count);
    written_ += count;
    return place;
  }
  void number(std::uint64_t value, std::size_t count) {
    const MutableBytes place = take(count);
    for (std::size_t i = place.size(); i > 0; --i) {
      place[i - 1] = static_cast<std::uint8_t>(value);
      value >>= 8U;
    }
  }

  MutableBytes buffer_;
  std::size_t written_ = 0;
  bool ok_ = true;
};

/// Overwrites two octets at `offset`; false, and nothing written, if they do not exist.
inline bool put_u16(MutableBytes buffer, std::size_t offset, std::uint16_t value) {
  if (buffer.size() < 2 || offset > buffer.size() - 2) return false;
  buffer[offset] = static_cast<std::uint8_t>(value >> 8U);
  buffer[offset + 1] = static_cast<std::uint8_t>(value);
  return true;
}

/// The Internet checksum of RFC 1071 over any number of parts; each part but the last must have
/// an even length.
class InternetChecksum {
 public:
  void add(Bytes bytes) {
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) {
      sum_ += static_cast<std::uint32_t>(bytes[i]) << 8U | bytes[i + 1];
    }
    if (i < bytes.size()) sum_ += static_cast<std::uint32_t>(bytes[i]) << 8U;
  }
  void add_u16(std::uint16_t value) { sum_ += value; }
  void add_u32(std::uint32_t value) { sum_ += (value >> 16U) + (value & 0xffffU); }

  /// The value for the checksum field; 0 over a packet that already carries a right one.
  std::uint16_t value() const {
    std::uint64_t sum = sum_;
    while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
  }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace etr
