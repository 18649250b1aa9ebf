#include <chrono>
#include <stdexcept>
#include <string_view>

#include "etr/text.h"
#include "fuzz/checks.h"
#include "output/ptr_reply.h"

namespace etr::fuzz {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace

void check_dns_reply(Bytes input) {
  const auto reply = output::parse_ptr_reply(input);
  if (!reply) return;
  require(!reply->name.empty(), "a reply without a name");
  require(reply->name.size() <= 255, "a name longer than DNS has");
  require(reply->name == printable(reply->name), "a name that is not printable");
  require(reply->ttl >= std::chrono::seconds(0) && reply->ttl <= std::chrono::seconds(0x7fffffff),
          "a TTL that RFC 2181 does not know");
}

}  // namespace etr::fuzz
