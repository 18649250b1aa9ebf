#include "transport/linux/next_hops.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/strings/str_format.h"

namespace etr::transport {
namespace {

bool same(const Neighbour& entry, std::uint32_t interface_index, const IpAddress& address) {
  return entry.interface_index == interface_index && entry.address == address;
}

}  // namespace

NextHops::Id NextHops::open(std::uint32_t interface_index, const IpAddress& address) {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Neighbour& entry) {
    return same(entry, interface_index, address);
  });
  if (known != entries_.end()) return static_cast<Id>(known - entries_.begin());

  Neighbour entry{interface_index, address, {}, false, false};
  const auto ask = [&] {
    if (const auto found = routes_.neighbour(interface_index, address)) entry = *found;
  };
  ask();
  if (!entry.usable || entry.stale) sender_.nudge(interface_index, address);
  const auto begun = std::chrono::steady_clock::now();
  Duration waited{};
  while (!entry.usable && waited < patience_) {
    poll(nullptr, 0, 1);
    ask();
    waited = std::chrono::steady_clock::now() - begun;
  }
  patience_ -= std::min(waited, patience_);
  entries_.push_back(entry);
  return entries_.size() - 1;
}

void NextHops::take(Neighbour& entry, const Neighbour& news) {
  entry = news;
  // The kernel confirms a neighbour only for its own traffic, which our packets bypass.
  if (news.usable && news.stale) sender_.nudge(news.interface_index, news.address);
}

std::string NextHops::update(const Neighbour& neighbour) {
  for (Neighbour& entry : entries_) {
    if (!same(entry, neighbour.interface_index, neighbour.address)) continue;
    const Neighbour before = entry;
    take(entry, neighbour);
    const std::string address = entry.address.to_string();
    if (before.usable && !entry.usable)
      return absl::StrFormat("next hop %s does not answer", address);
    if (!before.usable && entry.usable) return absl::StrFormat("next hop %s answers", address);
    if (before.usable && before.link_address != entry.link_address) {
      return absl::StrFormat("next hop %s has a new link address", address);
    }
    return {};
  }
  return {};
}

void NextHops::refresh() {
  for (Neighbour& entry : entries_) {
    const auto found = routes_.neighbour(entry.interface_index, entry.address);
    if (found) {
      take(entry, *found);
    } else {
      entry.usable = false;
    }
  }
}

}  // namespace etr::transport
