// The columns a hop can be shown with, each with the letter mtr gives it.
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

/// Every column there is.
std::span<const HopColumn> hop_columns();
/// Null for a letter that is no column.
const HopColumn* find_hop_column(char letter);
/// The letters that cannot be used, in order; empty if all are columns.
std::string unknown_letters(std::string_view letters);

/// One field of one responder of a hop. `responder` is null for a hop that was never heard, and
/// `first` false for a further responder: figures of the whole hop are then left out.
Field hop_field(char letter, const etr::HopStats& hop, const etr::ResponderStats* responder,
                bool first, int width);

}  // namespace tui
