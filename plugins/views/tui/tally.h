// What several flows saw of one hop, taken together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "etr/ip_address.h"
#include "etr/snapshot.h"
#include "role.h"

namespace tui {

struct Tally {
  std::uint64_t lost = 0;
  std::uint64_t judged = 0;  ///< Probes with a verdict, where silence is loss.
  bool lossy = false;
  bool uncertain = false;  ///< Some losses are of too few probes to tell whose they are.
  bool limited = false;
  bool silent = false;
  std::uint64_t received = 0;
  double mean_ns = 0;  ///< Of the round-trip times, over all answers.

  /// Round-trip times count only if they are `address`'s.
  void add(const etr::HopStats& hop, const std::optional<etr::IpAddress>& address);
  void add(const Tally& other);
  /// Share of probes lost; 0 where nothing could be judged.
  double loss() const;

  void add_losses(const etr::HopStats& hop);
  void add_times(std::uint64_t count, double mean);
};

/// "12.5%", or "silent", "limited"; empty if nothing is known.
std::string loss_text(const Tally& tally);
Role loss_role(const Tally& tally);

}  // namespace tui
