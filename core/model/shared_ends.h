// The ends of the paths of one trace, by the last router before them.
//
// A host that limits its replies, as Linux limits port unreachables (icmp_ratelimit), answers a
// flow now and then, and so often first at a TTL beyond its own. Other flows of the trace show
// where it really is: it has answered them closer, behind the same router. If it leaves probes at
// that TTL unanswered, too, then a flow that it does not answer there is no evidence of a longer
// path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "etr/ip_address.h"

namespace etr::model {

/// The last router that a flow shows.
struct LastRouter {
  std::uint8_t ttl = 0;
  IpAddress address;
  friend bool operator==(const LastRouter&, const LastRouter&) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, const LastRouter& router) {
    return Hash::combine(std::move(hash), router.ttl, router.address);
  }
};

/// The lowest TTL at which the destination, or a host that blocks the path, has answered any flow
/// behind one router.
class SharedEnd {
 public:
  SharedEnd(std::uint8_t ttl, const IpAddress& address) : ttl_(ttl), address_(address) {}

  std::uint8_t ttl() const { return ttl_; }
  const IpAddress& address() const { return address_; }
  // Verdicts, at this TTL, of flows that the host has answered there.
  void answered();
  void unanswered();
  /// Its verdicts suffice for the following.
  bool known() const { return asked_ >= kEnough; }
  /// Of the probes, how many it answers.
  double share() const { return (answered_ + 0.5) / (asked_ + 1.0); }
  /// It leaves at least a quarter of the probes unanswered.
  bool limits() const { return known() && 4 * answered_ <= 3 * asked_; }
  /// It still answers there: its silence is not much longer than usual.
  bool current() const;

 private:
  static constexpr std::uint32_t kEnough = 4;
  static constexpr std::uint32_t kRemembered = 256;

  std::uint8_t ttl_;
  IpAddress address_;
  // Recent verdicts, and those since the latest reply.
  std::uint32_t asked_ = 0;
  std::uint32_t answered_ = 0;
  std::uint32_t silent_ = 0;
};

/// Not thread-safe; belongs to the probing thread.
class SharedEnds {
 public:
  /// Null if no flow has been answered behind this router. Valid until the next heard().
  SharedEnd* find(const LastRouter& router);
  /// A host ended a round of some flow behind this router.
  SharedEnd& heard(const LastRouter& router, std::uint8_t ttl, const IpAddress& address);

 private:
  /// A bound under attack; a trace has far fewer last routers.
  static constexpr std::size_t kMaxRouters = 4096;

  absl::flat_hash_map<LastRouter, SharedEnd> ends_;
};

}  // namespace etr::model
