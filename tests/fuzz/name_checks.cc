#include <chrono>
#include <string_view>

#include "etr/text.h"
#include "fuzz/checks.h"
#include "output/ptr_reply.h"

namespace etr::fuzz {

void check_dns_reply(Bytes input) {
  const auto reply = output::parse_ptr_reply(input);
  if (!reply) return;
  require(!reply->name.empty(), "a reply has a name");
  require(reply->name.size() <= 255, "a name has at most 255 octets");
  require(reply->name == printable(reply->name), "a name is printable");
  require(reply->ttl >= std::chrono::seconds(0) && reply->ttl <= std::chrono::seconds(0x7fffffff),
          "a TTL has 31 bits (RFC 2181)");
}

}  // namespace etr::fuzz
