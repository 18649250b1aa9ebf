#include "model/graph_tables.h"

#include <algorithm>

namespace etr::model {

namespace {

/// Both ends of a link as one key.
std::uint64_t both(std::uint32_t from, std::uint32_t to) { return std::uint64_t{from} << 32U | to; }

}  // namespace

GraphTables::GraphTables() {
  vertices_.emplace_back();
  vertices_[kSource].kind = VertexKind::kOrigin;
}

GraphTables::Key GraphTables::key_of(const VertexRecord& vertex) {
  return {vertex.kind, vertex.ttl, vertex.predecessor, vertex.address};
}

std::uint32_t GraphTables::known(std::uint8_t ttl, const IpAddress& address) {
  return find_or_add({VertexKind::kKnown, ttl, 0, address});
}

std::uint32_t GraphTables::unanswered(VertexKind kind, std::uint8_t ttl,
                                      std::uint32_t predecessor) {
  return find_or_add({kind, ttl, predecessor, {}});
}

std::uint32_t GraphTables::find_or_add(const Key& key) {
  const auto [place, added] = vertex_numbers_.try_emplace(key, 0);
  if (!added) return place->second;
  if (free_vertices_.empty()) {
    place->second = static_cast<std::uint32_t>(vertices_.size());
    vertices_.emplace_back();
  } else {
    place->second = free_vertices_.back();
    free_vertices_.pop_back();
  }
  VertexRecord& vertex = vertices_[place->second];
  vertex = {};
  vertex.kind = key.kind;
  vertex.ttl = key.ttl;
  vertex.predecessor = key.predecessor;
  vertex.address = key.address;
  vertex.left = ++last_left_;
  ++left_;
  return place->second;
}

std::uint32_t GraphTables::link(std::uint32_t from, std::uint32_t to) {
  const auto [place, added] = link_numbers_.try_emplace(both(from, to), 0);
  if (!added) return place->second;
  if (free_links_.empty()) {
    place->second = static_cast<std::uint32_t>(links_.size());
    links_.emplace_back();
  } else {
    place->second = free_links_.back();
    free_links_.pop_back();
  }
  links_[place->second] = {true, false, from, to, 0, 0};
  return place->second;
}

std::optional<std::uint32_t> GraphTables::find_link(std::uint32_t from, std::uint32_t to) const {
  const auto found = link_numbers_.find(both(from, to));
  if (found == link_numbers_.end()) return std::nullopt;
  return found->second;
}

void GraphTables::enter(std::uint32_t link, bool sampled) {
  LinkRecord& record = links_[link];
  ++record.flows;
  if (sampled) ++record.samples;
  if (vertices_[record.to].flows++ == 0) --left_;
}

void GraphTables::leave(std::uint32_t link, bool sampled) {
  LinkRecord& record = links_[link];
  --record.flows;
  if (sampled && record.samples > 0) --record.samples;
  VertexRecord& vertex = vertices_[record.to];
  if (--vertex.flows != 0) return;
  vertex.left = ++last_left_;
  ++left_;
}

void GraphTables::sweep(const std::vector<bool>& keep) {
  std::vector<bool> needed = keep;
  needed.resize(vertices_.size(), false);
  std::vector<std::uint32_t> unused;
  // A predecessor has a lower TTL, but may have a higher number: mark them all first.
  for (std::uint32_t i = 1; i < vertices_.size(); ++i) {
    const VertexRecord& vertex = vertices_[i];
    if (vertex.kind == VertexKind::kSilent || vertex.kind == VertexKind::kUnprobed) {
      needed[vertex.predecessor] = true;
    }
  }
  for (std::uint32_t i = 1; i < vertices_.size(); ++i) {
    const VertexRecord& vertex = vertices_[i];
    if (vertex.kind != VertexKind::kFree && vertex.flows == 0 && !needed[i]) unused.push_back(i);
  }
  std::sort(unused.begin(), unused.end(), [this](std::uint32_t a, std::uint32_t b) {
    return vertices_[a].left < vertices_[b].left;
  });
  unused.resize(std::min(unused.size(), left_ - std::min(left_, kMostLeft / 2)));
  for (const std::uint32_t vertex : unused) drop(vertex);
  for (std::uint32_t i = 0; i < links_.size(); ++i) {
    LinkRecord& link = links_[i];
    if (!link.used || (vertices_[link.from].kind != VertexKind::kFree &&
                       vertices_[link.to].kind != VertexKind::kFree)) {
      continue;
    }
    link_numbers_.erase(both(link.from, link.to));
    link = {};
    free_links_.push_back(i);
  }
}

void GraphTables::drop(std::uint32_t vertex) {
  vertex_numbers_.erase(key_of(vertices_[vertex]));
  vertices_[vertex] = {};
  free_vertices_.push_back(vertex);
  --left_;
}

void GraphTables::clear_statistics() {
  for (VertexRecord& vertex : vertices_) {
    vertex.statistics = {};
    vertex.hop_class = HopClass::kUnknown;
  }
  for (LinkRecord& link : links_) link.lossy = false;
}

std::size_t GraphTables::memory() const {
  return vertices_.capacity() * sizeof(VertexRecord) + links_.capacity() * sizeof(LinkRecord) +
         vertex_numbers_.capacity() * (sizeof(Key) + sizeof(std::uint32_t) + 1) +
         link_numbers_.capacity() * (sizeof(std::uint64_t) + sizeof(std::uint32_t) + 1) +
         (free_vertices_.capacity() + free_links_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace etr::model
