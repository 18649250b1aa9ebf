// Path identity: which path a flow is on, told from what each round saw of it.
//
// A round's observation is compatible with a path if no TTL answered by both has different
// addresses; hops not heard are wildcards. So loss can never change a path, it can only leave it
// less known. A difference at two or more TTLs is a change; at a single TTL it has to be seen a
// second time, by another probe of the same round or in the next one. A TTL whose address
// alternates within one flow is balanced per packet and holds a set of addresses.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "etr/event.h"
#include "etr/ip_address.h"

namespace etr::model {

/// What one round saw: hops[i] is TTL i + 1.
struct Observation {
  std::vector<std::optional<IpAddress>> hops;
  /// TTL where the walk ended at the destination or a blocker; empty if neither answered.
  std::optional<std::uint8_t> end;
  /// Who answered another probe of a TTL that had been answered before.
  struct Confirmation {
    std::uint8_t ttl = 0;
    IpAddress address;
  };
  std::vector<Confirmation> confirmations;
};

/// A flow's path as far as it is known.
struct KnownPath {
  std::uint32_t id = 0;
  std::vector<std::set<IpAddress>> hops;  ///< Index TTL - 1; empty: not heard.
  std::optional<std::uint8_t> end;

  bool complete() const;
};

/// Numbers of paths of one trace. Flows share a number only if each knows every hop of it.
class PathRegistry {
 public:
  std::uint32_t id_for(const KnownPath& path);
  /// Remembers the number of a path that has become complete.
  void note_complete(const KnownPath& path);

 private:
  std::uint32_t next_id_ = 0;
  std::map<std::vector<std::set<IpAddress>>, std::uint32_t> complete_;
};

class PathIdentity {
 public:
  explicit PathIdentity(PathRegistry& registry) : registry_(&registry) {}

  /// The TTL to ask again before the observation is taken: the only one that differs from the path,
  /// for the first time.
  std::optional<std::uint8_t> doubtful(const Observation& observation) const;

  /// Takes a closed round's observation. A confirmed change is returned.
  std::optional<PathChange> observe(const Observation& observation);

  /// Grows whenever the path is refined or changes.
  std::uint64_t revision() const { return revision_; }
  /// The path confirmed last; empty before the first observation.
  const std::optional<KnownPath>& path() const { return path_; }

  /// The address of a hop that is confirmed; the smallest of a set.
  std::optional<IpAddress> address(std::uint8_t ttl) const;

  /// "addr|addr|…|" over the confirmed addresses in TTL order up to the end: what is hashed.
  std::string canonical() const;

 private:
  struct Alternation {
    std::deque<IpAddress> last;  ///< Up to 6 latest answers at this TTL.
  };
  void note_alternation(const Observation& observation);
  void note_alternation(std::size_t index, const IpAddress& answered);
  std::optional<PathChange> change_to(const Observation& observation);
  void remember(KnownPath path);

  PathRegistry* registry_;
  std::uint64_t revision_ = 0;
  std::optional<KnownPath> path_;
  std::optional<Observation> candidate_;
  std::vector<Alternation> alternations_;
  std::list<KnownPath> former_;  ///< Most recent first.
};

}  // namespace etr::model
