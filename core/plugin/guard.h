// The only place from which plugins are called. The decorators here implement the interfaces of the
// SDK, so no other code knows whether an object is guarded.
//
// An exception of a plugin comes out as one PluginFault that names it. The caller handles it: the
// output side closes the sink or view and goes on; the engine ends the run on a fault in encode or
// digest. A fault while decoding bytes from the network rejects that packet only, since one packet
// must not end a run; the first such fault is reported.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "absl/status/status.h"
#include "etr/path_hasher.h"
#include "etr/prober.h"
#include "etr/sink.h"
#include "etr/view.h"

namespace etr::plugin {

/// what() is one line for the user: "sink 'csv': disk full". What the plugin threw is nested in it,
/// so that a closed pipe can be distinguished from a fault.
class PluginFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Receives one line about a fault that ended nothing, on the thread that called the plugin.
using FaultReport = std::function<void(const std::string&)>;

/// `label` names the instance in messages: "prober 'tcp-syn'". Also enforces the contract: encode
/// may not claim more octets than there are, and a probe id that the prober cannot have assigned is
/// no id. Throws PluginFault if slots() does, or is 0.
std::unique_ptr<Prober> guard(std::unique_ptr<Prober> prober, std::string label,
                              FaultReport report);
std::unique_ptr<PathHasher> guard(std::unique_ptr<PathHasher> hasher, std::string label);
std::unique_ptr<Sink> guard(std::unique_ptr<Sink> sink, std::string label);
std::unique_ptr<View> guard(std::unique_ptr<View> view, std::string label);

/// Whom the text of an exception is meant for.
enum class FaultText {
  kForAuthor,  ///< The method cannot fail in a correct plugin.
  kForUser,    ///< A std::runtime_error explains itself: "cannot write 'x.csv': no space left".
};

/// Throws the exception being handled as a PluginFault: "LABEL: METHOD: text", or "LABEL: text" if
/// the text is meant for the user. Call it from a catch block.
[[noreturn]] void rethrow_as_fault(const std::string& label, const char* method, FaultText meant);

/// Runs `call`; any exception comes out as a PluginFault.
template <class Call>
auto guarded(const std::string& label, const char* method, Call&& call,
             FaultText meant = FaultText::kForAuthor) {
  try {
    return call();
  } catch (...) {
    rethrow_as_fault(label, method, meant);
  }
}

/// Runs `call`, which calls plugins and returns a status; a fault of one is an error.
template <class Call>
absl::Status without_fault(const Call& call) {
  try {
    return call();
  } catch (const PluginFault& fault) {
    return absl::FailedPreconditionError(fault.what());
  }
}

}  // namespace etr::plugin
