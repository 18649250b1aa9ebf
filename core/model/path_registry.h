// The path registry: gives the paths of one trace their numbers, equal numbers to equal paths.
//
// Partial knowledge of paths is ordered: one path knows less than another if the other has every
// address that it has. The registry keeps the best known paths as distinct ones, preferring those
// known at the TTLs where paths branch. Any two distinct paths contradict each other at some TTL,
// so they differ however much is unknown. A path whose known hops all fit exactly one distinct path
// is that path. A path that fits several, or overlaps with one that is at least as well known, is
// ambiguous: it has its own number, shared by all flows with the same knowledge, and is never
// counted as a path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "etr/event.h"
#include "etr/ip_address.h"
#include "etr/path.h"
#include "model/path_index.h"
#include "model/reply_order.h"

namespace etr::model {

/// A path, as far as it is known.
struct KnownPath {
  std::uint32_t id = 0;
  PathHops hops;  ///< A hop with several routers is balanced per packet.
  std::optional<std::uint8_t> end;

  /// The end and every hop up to it are known.
  bool complete() const;
  bool knows_nothing() const;
  /// "addr|addr|…|": the known addresses in TTL order up to the end, the smallest of a hop balanced
  /// per packet. This text is hashed.
  std::string canonical() const;
};

/// How the knowledge of one path relates to that of another.
enum class Relation : std::uint8_t {
  kContradicts,  ///< They differ in the address of some TTL or in their ends.
  kEqual,
  kWithin,    ///< The first knows less.
  kContains,  ///< The first knows more.
  kOverlaps,  ///< Each knows hops that the other does not.
};

Relation relate(const KnownPath& path, const KnownPath& other);

/// The TTLs at which two paths have no router in common, or which only one of them reaches. A hop
/// that is unknown of one path is no difference.
std::vector<HopChange> differing_hops(const KnownPath& before, const KnownPath& after);

/// Not thread-safe; belongs to the probing thread.
class PathRegistry {
 public:
  /// Paths without flows are dropped beyond this number, longest unused first.
  static constexpr std::size_t kMaxUnused = 256;

  struct Match {
    std::uint32_t id = 0;
    PathKnowledge known = PathKnowledge::kWhole;
  };

  /// Finds the path, or adds it. A new one gets the number `former` if it had it before and the
  /// registry has dropped it since, or else the next free number.
  Match resolve(const KnownPath& path, std::optional<std::uint32_t> former = std::nullopt);
  /// The same, for a path that is not to be taken for another one even if it fits one only.
  Match ambiguous(const KnownPath& path, std::optional<std::uint32_t> former = std::nullopt);
  /// The one distinct path that ends within the unknown hops right before the end of `path`, at the
  /// same address, and has all its hops before them. Empty: there is none, or there are several.
  std::optional<std::uint32_t> ending_in_gap(const KnownPath& path) const;
  /// The only flow on this path knew `before` of it and knows `path` now. The path keeps its number
  /// if it was ambiguous, or if its end was thought to be further away.
  void refine(std::uint32_t id, const KnownPath& before, const KnownPath& path);
  /// A flow enters a path that was resolved, or leaves it.
  void enter(std::uint32_t id);
  void leave(std::uint32_t id);

  /// Numbers of paths that turned out, since the last call, to be the same as another one: they
  /// differed only at hops that are balanced per packet.
  std::vector<std::uint32_t> take_united() { return std::exchange(united_, {}); }

  /// Increases whenever a path with unknown hops may resolve differently.
  std::uint64_t version() const { return version_; }
  /// The path with this number; null if it was dropped.
  const KnownPath* find(std::uint32_t id) const;
  /// The path counts as one: it contradicts every other distinct path.
  bool is_distinct(std::uint32_t id) const;
  std::size_t size() const { return paths_.size(); }

  /// The replies of all flows whose paths are registered here, at TTLs that alternate.
  ReplyOrder& reply_order() { return reply_order_; }

 private:
  struct Entry {
    KnownPath path;
    bool distinct = false;  ///< Contradicts every other distinct path.
    std::size_t flows = 0;
    std::uint64_t used = 0;  ///< Last use by a flow, in steps of `clock_`.
  };
  struct Fits;
  Fits fits(const KnownPath& path);
  Entry& distinct(const KnownPath& path, std::optional<std::uint32_t> former);
  Entry& add(const KnownPath& path, std::optional<std::uint32_t> former);
  void set_distinct(Entry& entry, bool distinct);
  void set_path(Entry& entry, const KnownPath& path);
  void list(const Entry& entry, bool listed);
  void yield(Entry& entry, const KnownPath& path);
  void unite_balanced(Entry& entry, const PathHops& hops);
  Entry* find_ambiguous(const KnownPath& path);
  void note_branching(const KnownPath& path);
  std::size_t score(const KnownPath& path) const;
  void forget();

  /// One TTL: an address seen there, and whether there are others.
  struct Fan {
    std::set<IpAddress> first;
    bool branches = false;
  };

  std::unordered_map<std::uint32_t, Entry> paths_;
  PathIndex distinct_;
  /// Paths that are not distinct, by their known hops.
  std::unordered_map<std::string, std::uint32_t> ambiguous_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> unused_;  ///< By last use, and id.
  std::vector<Fan> fans_;                                     ///< By TTL - 1.
  std::vector<std::uint32_t> united_;
  ReplyOrder reply_order_;
  std::uint32_t next_id_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t version_ = 1;
};

}  // namespace etr::model
