// Reverse names from DNS, found in the background.
//
// The resolver has a thread of its own because neither a sink's thread nor the view's can wait
// for DNS: a disk or a terminal may block either of them, and both need names. Lookups never wait
// for that thread: a name that is not known yet is empty, and a DNS server that does not answer
// delays nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "output/names.h"

namespace etr::output {

struct ResolverOptions {
  /// "192.0.2.53:53,..."; empty: those of the system.
  std::string servers;
  std::chrono::milliseconds timeout{2000};  ///< Of the first try; c-ares doubles it for the next.
  int tries = 2;
  std::size_t in_flight = 64;  ///< Queries at a time.
  std::size_t queue = 4096;    ///< Queued addresses; further ones are requested again when shown.
  std::size_t cache = 65536;   ///< Addresses known.
  /// A name is looked up again after its TTL, held within these.
  std::chrono::seconds min_ttl{60};
  std::chrono::seconds max_ttl{86400};
  std::chrono::seconds not_found_ttl{300};  ///< There is no name.
  std::chrono::seconds retry_after{30};     ///< No answer: timeout, refused, server failure.
  std::function<std::chrono::steady_clock::time_point()> now = [] {
    return std::chrono::steady_clock::now();
  };
};

class Resolver final : public NameSource {
 public:
  /// Starts the thread. An error (no descriptors, malformed servers) is meant for the user.
  static absl::StatusOr<std::unique_ptr<Resolver>> make(ResolverOptions options);
  /// Drops what is in flight; does not wait for answers.
  ~Resolver() override;

  /// Requests the name too, if it is not known or has expired; an old name stays until then.
  std::string name(const IpAddress& address) override;
  void request(const IpAddress& address) override;

 private:
  class Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace etr::output
