// The path registry: gives the paths of one trace their numbers, the same number to the same path.
//
// What flows know of their paths is ordered: one knows less than another if every address it knows
// stands in the other, too. The registry keeps the best known ones, first those that are known at
// the TTLs where paths branch. Any two of them contradict each other at some TTL, so they are
// different paths, however much is unknown. A path of which exactly one of them knows every hop is
// that one. A path that fits several, or knows other hops than the one it may be, is ambiguous: it
// has a number of its own, shared by all that know the same, and is never counted as a path.
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

namespace etr::model {

/// A path as far as it is known.
struct KnownPath {
  std::uint32_t id = 0;
  PathHops hops;
  std::optional<std::uint8_t> end;

  /// Every hop up to the end is known.
  bool complete() const;
  bool knows_nothing() const;
  /// "addr|addr|…|" over the known addresses in TTL order up to the end: what is hashed. Of a hop
  /// balanced per packet, the smallest.
  std::string canonical() const;
};

/// How one path relates to another, by what is known of both.
enum class Relation : std::uint8_t {
  kContradicts,  ///< A TTL has different addresses, or the ends differ.
  kEqual,
  kWithin,    ///< The first knows less.
  kContains,  ///< The first knows more.
  kOverlaps,  ///< Each knows something that the other does not.
};

Relation relate(const KnownPath& path, const KnownPath& other);

/// The TTLs at which two paths have no router in common, or of which one of them knows nothing.
std::vector<HopChange> differing_hops(const KnownPath& before, const KnownPath& after);

/// Not thread-safe; belongs to the probing thread.
class PathRegistry {
 public:
  /// Paths that no flow is on are forgotten beyond this number, the longest unused first.
  static constexpr std::size_t kMaxUnused = 256;

  struct Match {
    std::uint32_t id = 0;
    PathKnowledge known = PathKnowledge::kWhole;
  };

  /// Finds or notes the path. A new one is given the number `former`, if the path had it before and
  /// the registry has forgotten it, or the next free number.
  Match resolve(const KnownPath& path, std::optional<std::uint32_t> former = std::nullopt);
  /// The one flow on this path, of which it knew `before`, knows `path` now. The path keeps its
  /// number if it was ambiguous, or if its end had been taken to be further away.
  void refine(std::uint32_t id, const KnownPath& before, const KnownPath& path);
  /// A flow comes onto a path that was resolved, or leaves it.
  void enter(std::uint32_t id);
  void leave(std::uint32_t id);

  /// Grows whenever a path with unknown hops may resolve otherwise than before.
  std::uint64_t version() const { return version_; }
  /// What is known of a path; null if it has been forgotten.
  const KnownPath* find(std::uint32_t id) const;
  bool is_distinct(std::uint32_t id) const;
  std::size_t size() const { return paths_.size(); }

 private:
  struct Entry {
    KnownPath path;
    bool distinct = false;  ///< Contradicts every other distinct one.
    std::size_t flows = 0;
    std::uint64_t used = 0;  ///< When a flow was last on it, in steps of `clock_`.
  };
  struct Fits;
  Fits fits(const KnownPath& path);
  Entry& distinct(const KnownPath& path, std::optional<std::uint32_t> former);
  Match ambiguous(const KnownPath& path, std::optional<std::uint32_t> former);
  Entry& add(const KnownPath& path, std::optional<std::uint32_t> former);
  void set_distinct(Entry& entry, bool distinct);
  void set_path(Entry& entry, const KnownPath& path);
  void list(const Entry& entry, bool listed);
  void unite_balanced(Entry& entry, const PathHops& hops);
  Entry* find_ambiguous(const KnownPath& path);
  void note_branching(const KnownPath& path);
  std::size_t score(const KnownPath& path) const;
  void forget();

  /// A TTL: one of the addresses that were seen there, and whether there are others.
  struct Fan {
    std::set<IpAddress> first;
    bool branches = false;
  };

  std::unordered_map<std::uint32_t, Entry> paths_;
  PathIndex distinct_;
  /// Paths that are not distinct, by what is known of them.
  std::unordered_map<std::string, std::uint32_t> ambiguous_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> unused_;  ///< By last use, and id.
  std::vector<Fan> fans_;                                     ///< Index TTL - 1.
  std::uint32_t next_id_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t version_ = 1;
};

}  // namespace etr::model
