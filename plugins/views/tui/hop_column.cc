#include "hop_column.h"

#include <array>
#include <cstdint>

#include "figures.h"

namespace tui {
namespace {

constexpr std::array kColumns{
    HopColumn{'L', "Loss%", 7, "of the path; ?: not answered, not judged as loss"},
    HopColumn{'D', "Lost", 6, "probes without an answer"},
    HopColumn{'R', "Recv", 6, "answers"},
    HopColumn{'S', "Sent", 6, "probes sent"},
    HopColumn{'N', "Last", 7, "newest round-trip time (all times in ms)"},
    HopColumn{'B', "Best", 7, "shortest"},
    HopColumn{'A', "Avg", 7, "mean"},
    HopColumn{'W', "Worst", 7, "longest"},
    HopColumn{'V', "StDev", 7, "standard deviation"},
    HopColumn{'J', "Jttr", 7, "jitter: difference of the last two"},
    HopColumn{'M', "Javg", 7, "mean jitter"},
    HopColumn{'X', "Jmax", 7, "worst jitter"},
    HopColumn{'I', "Jitter", 7, "interarrival jitter (RFC 3550)"},
    HopColumn{'P', "P50", 7, "median"},
    HopColumn{'Q', "P95", 7, "95th percentile"},
    HopColumn{'T', "P99", 7, "99th percentile"},
};

Field count(std::uint64_t number) { return {std::to_string(number), Role::kText}; }

Field hop_figure(char letter, const etr::HopStats& hop) {
  if (letter == 'L') return {loss_text(hop), loss_role(hop)};
  return count(letter == 'D' ? hop.lost : hop.sent);
}

Field duration(char letter, const etr::ResponderStats& responder, int width) {
  const auto time = [width](etr::Duration value) {
    return Field{milliseconds(value, width), Role::kText};
  };
  switch (letter) {
    case 'N': return time(responder.last);
    case 'B': return time(responder.best);
    case 'A': return {milliseconds(responder.mean_ns, width), Role::kText};
    case 'W': return time(responder.worst);
    case 'V': return {milliseconds(responder.stddev_ns, width), Role::kText};
    case 'J': return time(responder.jitter_last);
    case 'M': return time(responder.jitter_mean);
    case 'X': return time(responder.jitter_worst);
    case 'I': return time(responder.jitter);
    case 'P': return time(responder.p50);
    case 'Q': return time(responder.p95);
    case 'T': return time(responder.p99);
    default: return {};
  }
}

}  // namespace

std::span<const HopColumn> hop_columns() { return kColumns; }

const HopColumn* find_hop_column(char letter) {
  for (const HopColumn& column : kColumns) {
    if (column.letter == letter) return &column;
  }
  return nullptr;
}

std::string unknown_letters(std::string_view letters) {
  std::string unknown;
  for (const char letter : letters) {
    if (find_hop_column(letter) == nullptr) unknown += letter;
  }
  return unknown;
}

Field hop_field(char letter, const etr::HopStats& hop, const etr::ResponderStats* responder,
                bool first, int width) {
  if (letter == 'L' || letter == 'D' || letter == 'S') {
    return first ? hop_figure(letter, hop) : Field{};
  }
  if (letter == 'R') return count(responder == nullptr ? 0 : responder->received);
  if (responder == nullptr || !responder->has_rtt()) return {"-", Role::kDim};
  return duration(letter, *responder, width);
}

}  // namespace tui
