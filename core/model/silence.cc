#include "model/silence.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "absl/container/flat_hash_map.h"

namespace etr::model {

namespace {

/// The known next hops of a vertex.
struct Followers {
  std::uint32_t first = kSource;
  bool several = false;
};

/// Numbers of links or of silent vertices, by TTL.
using ByTtl = std::array<std::vector<std::uint32_t>, 256>;

}  // namespace

std::vector<std::uint32_t> resolve_silence(const GraphTables& tables) {
  std::vector<std::uint32_t> same(tables.vertex_count());
  std::iota(same.begin(), same.end(), 0U);
  ByTtl silent;
  bool any = false;
  for (std::uint32_t i = 0; i < same.size(); ++i) {
    if (tables.vertex(i).kind != VertexKind::kSilent || tables.vertex(i).flows == 0) continue;
    silent[tables.vertex(i).ttl].push_back(i);
    any = true;
  }
  if (!any) return same;

  ByTtl links;
  for (std::uint32_t i = 0; i < tables.link_count(); ++i) {
    const LinkRecord& link = tables.link(i);
    if (link.flows == 0 || tables.vertex(link.to).kind != VertexKind::kKnown) continue;
    links[tables.vertex(link.to).ttl].push_back(i);
  }
  std::vector<Followers> followers(same.size());
  // By ascending TTL: a predecessor may be a silent vertex that was identified before.
  for (std::size_t ttl = 1; ttl < silent.size(); ++ttl) {
    if (silent[ttl].empty()) continue;
    for (const std::uint32_t number : links[ttl]) {
      const LinkRecord& link = tables.link(number);
      Followers& known = followers[same[link.from]];
      known.several = known.several || (known.first != kSource && known.first != link.to);
      known.first = link.to;
    }
    absl::flat_hash_map<std::uint32_t, std::uint32_t> after;  // silent ones by predecessor
    for (const std::uint32_t number : silent[ttl]) {
      const std::uint32_t predecessor = same[tables.vertex(number).predecessor];
      const Followers& known = followers[predecessor];
      const bool identified = known.first != kSource && !known.several &&
                              tables.vertex(known.first).hop_class == HopClass::kLimited;
      same[number] =
          identified ? known.first : after.try_emplace(predecessor, number).first->second;
    }
  }
  return same;
}

}  // namespace etr::model
