// What an exception of a sink or view means for the run.
#pragma once

#include <exception>
#include <string>

namespace etr::output {

/// True if the reader of standard output is gone: the exception, or one nested in it, is a
/// std::system_error with EPIPE.
bool is_closed_pipe(const std::exception& error);

/// The exception's text for the user, naming the instance ("sink 'csv'") exactly once: a guarded
/// plugin's message names it already.
std::string describe_fault(const std::string& label, const std::exception& error);

}  // namespace etr::output
