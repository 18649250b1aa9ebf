// Runs one fuzz target over every file of its corpus, with any compiler: replay TARGET FOLDER
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/checks.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s TARGET FOLDER\n", argv[0]);
    return 2;
  }
  const auto& targets = etr::fuzz::targets();
  const auto target =
      std::ranges::find(targets, std::string_view(argv[1]), &etr::fuzz::Target::name);
  if (target == targets.end()) {
    std::fprintf(stderr, "no target '%s'\n", argv[1]);
    return 2;
  }
  int files = 0;
  int failures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[2])) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(in),
                                          std::istreambuf_iterator<char>()};
    ++files;
    try {
      target->check(input);
    } catch (const std::exception& error) {
      ++failures;
      std::fprintf(stderr, "%s: %s\n", entry.path().c_str(), error.what());
    }
  }
  std::printf("%s: %d files, %d failures\n", argv[1], files, failures);
  return files > 0 && failures == 0 ? 0 : 1;
}
