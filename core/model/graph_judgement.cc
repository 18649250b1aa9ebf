#include "model/graph_judgement.h"

#include <algorithm>
#include <utility>

#include "model/share_interval.h"
#include "model/silence.h"

namespace etr::model {

namespace {

constexpr std::size_t kPiece = LinkLoss::kPiece;
/// For twice the gain in log likelihood: chi square with one degree of freedom, 0.1 % one-sided.
constexpr double kOwnSilence = 9.5;
/// Unexplained loss above this may still prove to be a lossy link: the class stays open.
constexpr double kUnremarkableLoss = 0.01;

/// The router at the far end of the link loses significantly more probes than cross it to go on: it
/// withholds replies, though not yet provably by the envelope rule, which wants more verdicts.
bool is_silence_of_far_end(const LinkLossClass& found) {
  const Trials& at_end = found.ending;
  const Trials beyond{found.crossing.sent - at_end.sent, found.crossing.lost - at_end.lost};
  if (at_end.sent == 0 || beyond.sent == 0) return false;
  const auto share = [](const Trials& trials) {
    return static_cast<double>(trials.lost) / static_cast<double>(trials.sent);
  };
  if (share(at_end) <= share(beyond)) return false;
  const double together = share(found.crossing);
  return 2 * (gain_against(together, at_end) + gain_against(together, beyond)) > kOwnSilence;
}

}  // namespace

void GraphJudgement::begin() {
  changed_ = false;
  copy_.begin(trie_);
  vertices_ = tables_.vertex_count();
  classes_.resize(vertices_, HopClass::kUnknown);
  cost_ = 0;
  next_ = 0;
  stage_ = Stage::kCopy;
}

template <typename Step>
bool GraphJudgement::each(std::size_t size, std::size_t piece, const Step& step) {
  const std::size_t stop = std::min(size, next_ + piece);
  cost_ += stop - std::min(stop, next_);
  for (; next_ < stop; ++next_) step(next_);
  if (next_ < size) return false;
  next_ = 0;
  return true;
}

bool GraphJudgement::advance() {
  const auto vertex = [](std::size_t position) { return static_cast<std::uint32_t>(position); };
  switch (stage_) {
    case Stage::kIdle: break;
    case Stage::kCopy:
      if (copy_.advance(trie_, tables_, kPiece)) break;
      cost_ += copy_.nodes().size();
      envelope_.begin(copy_.nodes(), vertices_);
      stage_ = Stage::kEnvelope;
      break;
    case Stage::kEnvelope:
      if (envelope_.advance(kPiece)) break;
      cost_ += envelope_.cost();
      stage_ = Stage::kLimited;
      break;
    case Stage::kLimited:  // Each vertex is compared with all later TTLs.
      if (each(vertices_, kPiece / 16, [&](std::size_t i) { mark_limited(vertex(i)); }))
        begin_numbering();
      break;
    case Stage::kNumber:
      if (!each(numbers_.size(), kPiece, [&](std::size_t i) { number_link(vertex(i)); })) break;
      trials_.clear();
      trials_.reserve(copy_.nodes().size());
      stage_ = Stage::kTrials;
      break;
    case Stage::kTrials:
      if (!each(copy_.nodes().size(), kPiece, [&](std::size_t i) { add_trials(i); })) break;
      link_loss_.begin(std::move(trials_), numbers_.size() + 1);
      stage_ = Stage::kLoss;
      break;
    case Stage::kLoss:
      if (link_loss_.advance()) break;
      cost_ += link_loss_.cost();
      latest_.clear();
      latest_.reserve(copy_.nodes().size());
      stage_ = Stage::kLatestTrials;
      break;
    case Stage::kLatestTrials:
      if (nothing_lost()) {
        begin_marking();
      } else if (each(copy_.nodes().size(), kPiece, [&](std::size_t i) { add_latest(i); })) {
        present_.begin(latest_, numbers_.size() + 1, link_loss_.result());
        stage_ = Stage::kLatestLoss;
      }
      break;
    case Stage::kLatestLoss:
      cost_ += kPiece;
      if (!present_.advance(kPiece)) begin_marking();
      break;
    case Stage::kLossyLinks:
      if (!each(numbers_.size(), kPiece, [&](std::size_t i) { mark_link(vertex(i)); })) break;
      stage_ = Stage::kNodes;
      break;
    case Stage::kNodes:
      if (!each(copy_.nodes().size(), kPiece, [&](std::size_t i) { mark_node(i); })) break;
      stage_ = Stage::kLimits;
      break;
    case Stage::kLimits:
      if (!each(copy_.nodes().size(), kPiece, [&](std::size_t i) { exclude_limit(i); })) break;
      exclude_outer_limits();
      stage_ = Stage::kClasses;
      break;
    case Stage::kClasses:
      if (each(vertices_, kPiece, [&](std::size_t i) { classify(vertex(i)); }))
        stage_ = Stage::kIdle;
      break;
  }
  return running();
}

void GraphJudgement::mark_limited(std::uint32_t number) {
  VertexRecord& vertex = tables_.vertex(number);
  if (vertex.kind != VertexKind::kKnown) return;
  if (envelope_.limited(number)) {
    vertex.hop_class = HopClass::kLimited;
  } else if (vertex.hop_class == HopClass::kLimited) {
    vertex.hop_class = HopClass::kUnknown;
  }
}

void GraphJudgement::begin_numbering() {
  same_ = resolve_silence(tables_);
  cost_ += same_.size();
  numbers_.resize(tables_.link_count());
  between_.clear();
  stage_ = Stage::kNumber;
}

/// Numbers the links for LinkLoss. Links between the same vertices get the same number, also where
/// a silent vertex was identified with another one.
void GraphJudgement::number_link(std::uint32_t number) {
  const LinkRecord& link = tables_.link(number);
  numbers_[number] = number + 1;
  // Vertices created since resolve_silence() stand for themselves.
  const auto same = [this](std::uint32_t vertex) {
    return vertex < same_.size() ? same_[vertex] : vertex;
  };
  const std::uint32_t from = same(link.from);
  const std::uint32_t to = same(link.to);
  if (!link.used || (from == link.from && to == link.to)) return;
  const auto known = tables_.find_link(from, to);
  const bool numbered = known && *known < numbers_.size();
  const std::uint64_t ends = std::uint64_t{from} << 32U | to;
  numbers_[number] = numbered ? *known + 1 : between_.try_emplace(ends, number + 1).first->second;
}

/// A verdict is a trial only if the hop has an address and is not limited, and no hop before it is
/// unprobed.
bool GraphJudgement::is_trial(const CopiedNode& node) const {
  return node.known && node.certain && tables_.vertex(node.vertex).hop_class != HopClass::kLimited;
}

PrefixNode GraphJudgement::trials_at(const CopiedNode& node, std::uint32_t judged,
                                     std::uint32_t lost) const {
  PrefixNode trials;
  trials.parent = node.parent;
  if (node.vertex != kSource) trials.link = numbers_[node.link];
  if (is_trial(node)) {
    trials.sent = judged;
    trials.lost = lost;
  }
  return trials;
}

void GraphJudgement::add_trials(std::size_t position) {
  const CopiedNode& node = copy_.nodes()[position];
  trials_.push_back(trials_at(node, node.judged, node.lost));
}

void GraphJudgement::add_latest(std::size_t position) {
  const CopiedNode& node = copy_.nodes()[position];
  latest_.push_back(trials_at(node, node.latest_judged, node.latest_lost));
}

bool GraphJudgement::nothing_lost() const {
  return link_loss_.result().classes.empty() && !link_loss_.result().shared;
}

void GraphJudgement::begin_marking() {
  const LinkLossResult& result = link_loss_.result();
  losses_.clear();
  shared_.reset();
  lossy_.assign(numbers_.size() + 1, 0);
  for (std::size_t i = 0; i < result.classes.size(); ++i) {
    const LinkLossClass& found = result.classes[i];
    if (is_silence_of_far_end(found)) continue;
    losses_.push_back(judged_loss(found, present_.classes()[i]));
    // Only the most likely link of the class.
    lossy_[found.links.front()] = static_cast<std::uint32_t>(losses_.size());
  }
  if (result.shared) {
    shared_ = judged_loss(*result.shared, present_.shared());
    std::sort(shared_->links.begin(), shared_->links.end(), [this](auto a, auto b) {
      return tables_.vertex(tables_.link(a).to).ttl < tables_.vertex(tables_.link(b).to).ttl;
    });
  }
  outer_.assign(losses_.size() + 2, 0);
  beyond_.assign(copy_.nodes().size(), 0);
  if (shared_) beyond_[0] = static_cast<std::uint32_t>(losses_.size() + 1);
  shares_.assign(vertices_, {});
  stage_ = Stage::kLossyLinks;
}

JudgedLoss GraphJudgement::judged_loss(const LinkLossClass& found,
                                       const std::optional<PresentLoss>& now) {
  JudgedLoss loss{{}, found.rate, found.interval, found.crossing, now};
  for (const std::uint32_t number : found.links) loss.links.push_back(number - 1);
  loss.or_withheld = true;  // Until exclude_limit() has seen a hop that does not.
  return loss;
}

void GraphJudgement::mark_link(std::uint32_t number) {
  tables_.link(number).lossy = lossy_[numbers_[number]] != 0;
}

/// Marks the node in the live trie, unless its place was reused since the copy.
void GraphJudgement::mark_node(std::size_t position) {
  const CopiedNode& node = copy_.nodes()[position];
  if (node.vertex == kSource) return;
  const std::uint32_t own = lossy_[numbers_[node.link]];
  beyond_[position] = own != 0 ? own : beyond_[node.parent];
  const bool beyond = beyond_[position] != 0;
  Share& share = shares_[node.vertex];
  share.judged += node.judged;
  share.lost += node.lost;
  if (beyond) {
    share.beyond_loss += node.judged;
    share.lost_beyond += node.lost;
  }
  TrieNode& live = trie_.node(node.ttl, copy_.place(position));
  if (!copy_.same(live)) return;
  changed_ = changed_ || live.beyond_loss != beyond;
  live.beyond_loss = beyond;
}

/// Loss that a hop beyond it shows, and could not show by limiting its replies, is no limit; nor is
/// the loss before it on the way.
void GraphJudgement::exclude_limit(std::size_t position) {
  const CopiedNode& node = copy_.nodes()[position];
  if (node.vertex == kSource || beyond_[position] == 0) return;
  JudgedLoss& loss = numbered_loss(beyond_[position]);
  const bool own = lossy_[numbers_[node.link]] != 0;
  if (own && beyond_[node.parent] != 0) outer_[beyond_[position]] = beyond_[node.parent];
  if (!loss.or_withheld || node.judged == 0 || !is_trial(node)) return;
  if (!limit_explains(node.vertex, loss)) loss.or_withheld = false;
}

/// A host limits its ICMP errors, not what it sends by TCP, and it limits them whichever way the
/// probes came.
bool GraphJudgement::limit_explains(std::uint32_t number, const JudgedLoss& loss) const {
  if (!tables_.vertex(number).answers_by_icmp) return false;
  const Share& share = shares_[number];
  const std::uint64_t judged = share.judged - share.beyond_loss;
  if (judged == 0) return true;
  return share_interval(share.lost - share.lost_beyond, judged).high >= loss.interval.low;
}

void GraphJudgement::exclude_outer_limits() {
  for (std::uint32_t number = 1; number < outer_.size(); ++number) {
    if (number > losses_.size() && !shared_) break;
    if (numbered_loss(number).or_withheld) continue;
    for (auto outer = outer_[number]; outer != 0 && numbered_loss(outer).or_withheld;
         outer = outer_[outer]) {
      numbered_loss(outer).or_withheld = false;
    }
  }
}

JudgedLoss& GraphJudgement::numbered_loss(std::uint32_t number) {
  return number > losses_.size() ? *shared_ : losses_[number - 1];
}

/// Known vertices by class_of(); a silent one has the class of the vertex it was identified with.
void GraphJudgement::classify(std::uint32_t number) {
  VertexRecord& vertex = tables_.vertex(number);
  if (vertex.kind == VertexKind::kSilent) {
    vertex.hop_class =
        same_[number] != number ? tables_.vertex(same_[number]).hop_class : HopClass::kUnknown;
  } else if (vertex.kind == VertexKind::kKnown && vertex.hop_class != HopClass::kLimited) {
    vertex.hop_class = class_of(number);
  }
  changed_ = changed_ || classes_[number] != vertex.hop_class;
  classes_[number] = vertex.hop_class;
}

/// Lossy: it lost probes, and at least half of the probes sent there crossed a lossy link. So loss
/// on one of many ways to a vertex is shown on that way, not where the ways meet again. Otherwise
/// it answers, unless loss above 1 % remains unexplained: then it is too early to classify.
HopClass GraphJudgement::class_of(std::uint32_t vertex) const {
  const Share& share = shares_[vertex];
  if (share.judged == 0) return HopClass::kUnknown;
  if (share.lost == 0) return HopClass::kAnswering;
  if (2 * share.beyond_loss >= share.judged) return HopClass::kLossy;
  const bool remarkable = share_interval(share.lost, share.judged).low > kUnremarkableLoss;
  return remarkable && share.beyond_loss == 0 ? HopClass::kUnknown : HopClass::kAnswering;
}

}  // namespace etr::model
