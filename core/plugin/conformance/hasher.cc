// What the contract requires of a path hasher: a pure function of bytes.
#include <cstdint>
#include <set>
#include <span>
#include <string_view>

#include "plugin/conformance/checks.h"

namespace etr::plugin {
namespace {

constexpr std::uint8_t kFiller = 0xa5;
constexpr std::size_t kGuard = 64;

using Digest = std::vector<std::uint8_t>;

// The digest and the octets after it, in memory that was filled with `filler`.
Digest digest(const PathHasher& hasher, std::string_view text, std::uint8_t filler) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  Digest out(hasher.digest_size() + kGuard, filler);
  hasher.digest(bytes, std::span(out).first(hasher.digest_size()));
  return out;
}

bool wrote_too_far(const Digest& out, std::size_t size) {
  for (std::size_t i = size; i < out.size(); ++i) {
    if (out[i] != kFiller) return true;
  }
  return false;
}

Problems check_digest(const PathHasher& one, const PathHasher& other) {
  const std::size_t size = one.digest_size();
  if (size == 0 || size > 64) return {"digest_size() is not in 1..64"};

  std::set<Digest> seen;
  const std::string long_path(4096, 'x');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("192.0.2.1|"), std::string_view("192.0.2.2|"),
        std::string_view("192.0.2.1|192.0.2.2|"), std::string_view("2001:db8::1|"),
        std::string_view(long_path)}) {
    Digest out = digest(one, text, kFiller);
    if (wrote_too_far(out, size)) return {"digest writes past its buffer"};
    // With other memory and another instance: neither may affect the digest.
    Digest again = digest(other, text, 0);
    out.resize(size);
    again.resize(size);
    if (out != again) return {"one input has two digests, or not every octet is written"};
    seen.insert(out);
  }
  return seen.size() < 6 ? Problems{"different paths have one digest"} : Problems{};
}

}  // namespace

std::vector<Check> hasher_checks(const Subject& subject) {
  return {{"digest is a pure function that writes digest_size() octets", [&subject] {
             return check_digest(*make(subject.descriptor.create_hasher, subject.options),
                                 *make(subject.descriptor.create_hasher, subject.options));
           }}};
}

}  // namespace etr::plugin
