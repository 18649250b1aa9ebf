// Puts the names that are known now into a record.
#pragma once

#include "etr/path.h"
#include "output/names.h"

namespace etr::output {

inline void attach_names(Path& path, NameSource& names) {
  path.destination_name = names.name(path.destination);
  for (Hop& hop : path.hops) {
    if (hop.reply) hop.name = names.name(hop.reply->source);
  }
}

}  // namespace etr::output
