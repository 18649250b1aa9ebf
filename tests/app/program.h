// Runs the program of the build tree.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace etr::test {

struct ProgramResult {
  int status = -1;
  std::string text;
};

/// The output of a shell command.
inline ProgramResult run_shell(const std::string& command) {
  ProgramResult result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    result.text.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  return result;
}

/// Runs the program through a shell; `redirect` selects the stream.
inline ProgramResult run_program(const std::string& arguments, const std::string& redirect) {
  return run_shell(ETR_PROGRAM " " + arguments + " " + redirect);
}

inline ProgramResult out(const std::string& arguments) {
  return run_program(arguments, "2>/dev/null");
}
inline ProgramResult err(const std::string& arguments) {
  return run_program(arguments, "2>&1 >/dev/null");
}

}  // namespace etr::test
