// One flow whose rounds are written as words.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "model/path_identity.h"
#include "observations.h"

namespace etr::model::testing {

class PathIdentityTest : public ::testing::Test {
 protected:
  /// The observation confirms a change.
  bool changes(const std::string& words) {
    change = flow.observe(saw(words));
    return change.has_value();
  }
  std::uint32_t id() const { return flow.path()->id; }

  PathRegistry registry;
  PathIdentity flow{registry};
  std::optional<IdentityChange> change;
};

}  // namespace etr::model::testing
