// The checks of the conformance suite, one function per kind of plugin.
//
// They call plugins directly: guard.h would hide the faults that they look for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "etr/abi.h"

namespace etr::plugin {

using Problems = std::vector<std::string>;

struct Check {
  std::string name;
  std::function<Problems()> run;  ///< May throw, which is one more problem.
  bool terminal = false;          ///< Needs a terminal.
};

/// The plugin under test, and a value for each of its options.
struct Subject {
  const PluginDescriptor& descriptor;
  std::vector<NamedOption> options;
};

/// `subject` must outlive the checks.
std::vector<Check> prober_checks(const Subject& subject);
std::vector<Check> hasher_checks(const Subject& subject);
std::vector<Check> sink_checks(const Subject& subject);
std::vector<Check> view_checks(const Subject& subject);

/// A new instance with `options`.
template <class Interface>
std::unique_ptr<Interface> make(CreateFunction<Interface> create,
                                const std::vector<NamedOption>& options) {
  std::unique_ptr<Interface> instance = create(options);
  if (instance == nullptr) throw std::runtime_error("create returned no instance");
  return instance;
}

}  // namespace etr::plugin
