#include "history.h"

#include <algorithm>
#include <cmath>

namespace tui {
namespace {

constexpr std::size_t kMostSamples = std::size_t{4} * 1024 * 1024;  // 8 MiB
constexpr std::size_t kFewestRounds = 64;
constexpr std::size_t kMostRounds = 1024;

constexpr std::uint16_t kNone = 0;
constexpr std::uint16_t kLost = 1;
constexpr std::uint16_t kSendFailed = 2;
constexpr std::uint16_t kUntimed = 3;  // a reply that cannot be attributed to a probe
constexpr std::uint16_t kFirstTime = 4;
constexpr double kStepsPerOctave = 1024;

std::uint16_t encode(const etr::Hop& hop) {
  switch (hop.verdict) {
    case etr::Verdict::kLost: return kLost;
    case etr::Verdict::kSendFailed: return kSendFailed;
    case etr::Verdict::kCut: return kNone;
    case etr::Verdict::kAnswered: break;
  }
  if (!hop.reply) return kNone;
  if (!hop.reply->rtt) return kUntimed;
  const double octaves = std::log2(std::max(1.0, static_cast<double>(hop.reply->rtt->count())));
  return static_cast<std::uint16_t>(std::min(65535.0, kFirstTime + octaves * kStepsPerOctave));
}

Sample decode(std::uint16_t value) {
  switch (value) {
    case kNone: return {};
    case kLost: return {Sample::State::kLost, {}};
    case kSendFailed: return {Sample::State::kSendFailed, {}};
    case kUntimed: return {Sample::State::kAnswered, std::nullopt};
    default: break;
  }
  const double nanoseconds = std::exp2((value - kFirstTime) / kStepsPerOctave);
  return {Sample::State::kAnswered, etr::Duration{std::llround(nanoseconds)}};
}

}  // namespace

History::History(std::size_t cells)
    : depth_(
          std::clamp(kMostSamples / std::max<std::size_t>(cells, 1), kFewestRounds, kMostRounds)) {}

void History::record(const etr::Path& path) {
  FlowLine& line = flows_[{path.trace, path.flow}];
  const std::size_t column = line.recorded % depth_;
  ++line.recorded;
  for (std::vector<std::uint16_t>& hop : line.samples) hop[column] = kNone;
  for (const etr::Hop& hop : path.hops) {
    if (hop.ttl == 0) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    if (line.samples.size() <= index) {
      line.samples.resize(index + 1, std::vector<std::uint16_t>(depth_, kNone));
    }
    line.samples[index][column] = encode(hop);
  }
}

void History::clear() { flows_.clear(); }

const History::FlowLine* History::find(std::uint32_t trace, std::uint32_t flow) const {
  const auto found = flows_.find({trace, flow});
  return found == flows_.end() ? nullptr : &found->second;
}

std::size_t History::rounds(std::uint32_t trace, std::uint32_t flow) const {
  const FlowLine* line = find(trace, flow);
  return line == nullptr ? 0 : std::min<std::size_t>(line->recorded, depth_);
}

Sample History::at(std::uint32_t trace, std::uint32_t flow, std::uint8_t ttl,
                   std::size_t back) const {
  const FlowLine* line = find(trace, flow);
  if (line == nullptr || ttl == 0 || ttl > line->samples.size() || back >= depth_ ||
      back >= line->recorded) {
    return {};
  }
  return decode(line->samples[ttl - std::size_t{1}][(line->recorded - 1 - back) % depth_]);
}

}  // namespace tui
