// The columns of a hop. Their letters are mtr's; P, Q and T, the percentiles, are our own.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "etr/snapshot.h"
#include "table.h"

namespace tui {

struct HopColumn {
  char letter;
  std::string_view title;
  int width;
  std::string_view help;
};

std::span<const HopColumn> hop_columns();
/// Null if `letter` names no column.
const HopColumn* find_hop_column(char letter);
/// Those letters that name no column, in order.
std::string unknown_letters(std::string_view letters);

/// One field in the row of a responder. `responder` is null for a hop without replies; `first` is
/// false for a further responder, whose row omits the figures of the whole hop.
Field hop_field(char letter, const etr::HopStats& hop, const etr::ResponderStats* responder,
                bool first, int width);

}  // namespace tui
