// Reverse names for the output side: requested early, looked up without waiting.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "etr/ip_address.h"
#include "etr/run_info.h"
#include "etr/text.h"

namespace etr::output {

/// All methods are thread-safe and never block.
class NameSource : public Names {
 public:
  /// Requests the name of an address that will be shown.
  virtual void request(const IpAddress& address) = 0;
};

/// Names that are all known from the start: those of a simulated network. Empty: no names.
class FixedNames final : public NameSource {
 public:
  FixedNames() = default;
  /// Names may contain anything; what is not printable is replaced.
  explicit FixedNames(std::unordered_map<IpAddress, std::string> names) : names_(std::move(names)) {
    for (auto& [address, name] : names_) name = printable(name);
  }

  std::string name(const IpAddress& address) override {
    const auto found = names_.find(address);
    return found == names_.end() ? std::string() : found->second;
  }
  void request(const IpAddress&) override {}

 private:
  std::unordered_map<IpAddress, std::string> names_;  ///< Constant after construction.
};

}  // namespace etr::output
