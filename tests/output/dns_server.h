// A DNS server on loopback that answers as a test tells it to.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/wake_fd.h"
#include "etr/wire.h"

namespace etr::test {

inline constexpr std::uint8_t kNoError = 0;
inline constexpr std::uint8_t kServerFailure = 2;
inline constexpr std::uint8_t kNoSuchName = 3;

/// "gw.example" as the labels of RFC 1035; a final empty label ends it.
std::vector<std::uint8_t> dns_name(const std::string& text);

struct DnsAnswer {
  std::uint8_t rcode = kNoSuchName;
  std::optional<std::vector<std::uint8_t>> ptr;  ///< Encoded name.
  std::string cname;                             ///< A CNAME with this target comes before the PTR.
  std::uint32_t ttl = 3600;
  std::uint32_t cname_ttl = 3600;
  bool silent = false;  ///< Receives, and never answers.
};

/// A whole answer to a query, whose question must be whole.
std::vector<std::uint8_t> dns_message(Bytes query, const DnsAnswer& answer);
/// A whole query.
std::vector<std::uint8_t> dns_query(const std::string& name);

class DnsServer {
 public:
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  /// "127.0.0.1:port".
  const std::string& address() const { return address_; }
  /// The answer for a name from now on; other names do not exist.
  void set(const std::string& name, DnsAnswer answer);
  /// Queries for a name so far.
  int asked(const std::string& name);

 private:
  void run();

  int socket_ = -1;
  std::string address_;
  base::WakeFd stop_;
  std::mutex mutex_;
  std::map<std::string, DnsAnswer> answers_;
  std::map<std::string, int> asked_;
  std::thread thread_;
};

}  // namespace etr::test
