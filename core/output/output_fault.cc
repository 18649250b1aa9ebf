#include "output/output_fault.h"

#include <system_error>

namespace etr::output {

bool is_closed_pipe(const std::exception& error) {
  if (const auto* const system = dynamic_cast<const std::system_error*>(&error)) {
    return system->code() == std::errc::broken_pipe;
  }
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& nested) {
    return is_closed_pipe(nested);
  } catch (...) {
    return false;
  }
  return false;
}

std::string describe_fault(const std::string& label, const std::exception& error) {
  const std::string text = error.what();
  return text.starts_with(label + ":") ? text : label + ": " + text;
}

}  // namespace etr::output
