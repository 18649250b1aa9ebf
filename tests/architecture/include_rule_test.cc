// Includes point in one direction, and each third-party library has one home: docs/architecture.md
// gives the reasons.
// This reads every #include of the sources and holds them to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/read_file.h"

namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::SizeIs;

// What a folder of core/ may include besides itself, `base` and `etr`. The rule is not transitive:
// an include that is not listed here is refused. docs/architecture.md draws the same arrows.
const std::map<std::string, std::vector<std::string>, std::less<>> kArrows{
    {"include", {}},
    {"base", {}},
    {"net", {}},
    {"transport", {}},
    {"transport/linux", {"transport", "net"}},
    {"simulation", {"transport", "net"}},
    {"model", {}},
    {"plan", {"model"}},
    {"trace", {"plan", "model", "transport", "net"}},
    {"plugin", {}},
    {"plugin/conformance", {"plugin", "simulation", "trace"}},
    {"output", {"plugin", "model"}},
    {"pipeline", {"output", "plugin", "simulation", "transport/linux", "trace", "plan", "model"}},
    {"app", {"pipeline", "plugin", "plugin/conformance", "transport/linux"}},
};

// Where a third-party header may be used: its prefix, and the prefixes of its homes.
const std::vector<std::pair<std::string, std::vector<std::string>>> kHomes{
    {"boost/dll/", {"core/plugin/library."}},
    {"boost/program_options", {"core/app/command_line."}},
    {"toml++/", {"core/pipeline/pipeline_file.", "core/simulation/topology_file"}},
    {"absl/",
     {"core/base/", "core/net/", "core/transport/", "core/simulation/", "core/model/", "core/plan/",
      "core/trace/", "core/output/", "core/plugin/", "core/pipeline/", "core/app/"}},
    {"spdlog/", {"core/app/message_log."}},
    {"pcap", {"core/transport/linux/"}},
    {"roaring/", {"core/model/path_index."}},
    {"libmnl/", {"core/transport/linux/"}},
    {"cap-ng.h", {"core/app/privileges"}},
    {"ares", {"core/output/"}},
    {"sodium/", {"core/trace/run_key."}},
    {"rapidjson/", {"plugins/sinks/ndjson/"}},
    {"curses.h", {"plugins/views/tui/"}},
    {"zlib.h", {"plugins/hashers/crc32/"}},
    {"openssl/", {"plugins/hashers/sha256/"}},
};

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// The folder of a file below core/ that has rules of its own: the longest known one, else the
// first.
std::string layer_of(std::string_view path) {
  const std::string folder(path.substr(0, path.rfind('/')));
  return kArrows.count(folder) > 0 ? folder : std::string(path.substr(0, path.find('/')));
}

bool is_system(std::string_view header) {
  if (header.find('/') == std::string_view::npos) return true;
  for (const char* folder : {"sys/", "net/", "netinet/", "arpa/", "linux/"}) {
    if (begins(header, folder)) return true;
  }
  return false;
}

// The reason why `path` (from the project's root) may not include `header`; empty if it may.
std::string violation(const std::string& path, const std::string& header, bool quoted) {
  for (const auto& [prefix, homes] : kHomes) {
    if (!begins(header, prefix)) continue;
    const bool home = std::any_of(homes.begin(), homes.end(), [&path](const std::string& start) {
      return begins(path, start);
    });
    return home ? "" : path + " is no home of " + header;
  }
  if (!quoted && !begins(header, "etr/")) {
    return is_system(header) ? "" : path + " includes an unknown library: " + header;
  }

  if (begins(path, "plugins/")) {
    const bool own = header.find('/') == std::string::npos;
    return own || begins(header, "etr/") ? "" : path + " includes more than the SDK: " + header;
  }
  const std::string layer = layer_of(path.substr(std::string_view("core/").size()));
  const auto arrows = kArrows.find(layer);
  if (arrows == kArrows.end()) return path + " lies in no known layer";
  const std::string target = layer_of(header);
  if (target == layer || target == "etr") return "";
  if (target == "base" && layer != "include") return "";
  if (std::count(arrows->second.begin(), arrows->second.end(), target) > 0) return "";
  return path + " may not include " + header;
}

// The violations of one file's text.
std::vector<std::string> violations(const std::string& path, const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) continue;
    const std::size_t open = line.find_first_of("<\"", hash);
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    std::string problem =
        violation(path, line.substr(open + 1, close - open - 1), line[open] == '"');
    if (!problem.empty()) found.push_back(std::move(problem));
  }
  return found;
}

TEST(IncludeRule, EverySourceFollowsIt) {
  const fs::path root = ETR_SOURCE_DIR;
  std::vector<std::string> found;
  int files = 0;
  for (const char* top : {"core", "plugins"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc") continue;
      ++files;
      const auto problems = violations(fs::relative(entry.path(), root).generic_string(),
                                       etr::test::read_file(entry.path()));
      found.insert(found.end(), problems.begin(), problems.end());
    }
  }
  EXPECT_GT(files, 30) << "the sources were not found";
  EXPECT_THAT(found, IsEmpty());
}

// Whether a file of core/ may include a header.
bool permits(const std::string& path, const std::string& header) {
  return violations(path, "#include \"" + header + "\"\n").empty();
}

// The rule refuses some includes.
TEST(IncludeRule, RefusesWhatPointsUpwards) {
  EXPECT_FALSE(permits("core/net/ip.cc", "trace/engine.h"));
  EXPECT_FALSE(permits("core/plugin/guard.cc", "net/ip.h"));
  EXPECT_FALSE(permits("core/trace/engine.cc", "output/output.h"));
  EXPECT_FALSE(permits("core/output/output.cc", "pipeline/pipeline.h"));
  EXPECT_FALSE(permits("core/plan/fixed_rounds.cc", "trace/options.h"));
  EXPECT_FALSE(permits("core/base/clock.h", "transport/transport.h"));
  EXPECT_FALSE(permits("core/include/etr/path.h", "net/ip.h"));
  EXPECT_FALSE(permits("core/include/etr/path.h", "base/clock.h"));
  EXPECT_FALSE(permits("plugins/sinks/csv/x.cc", "net/ip.h"));
  EXPECT_FALSE(permits("plugins/sinks/csv/x.cc", "base/clock.h"));
  EXPECT_FALSE(permits("core/other/x.cc", "etr/wire.h"));
}

TEST(IncludeRule, RefusesWhatOnlyTwoArrowsTogetherReach) {
  EXPECT_FALSE(permits("core/app/main.cc", "trace/engine.h"));  // By pipeline.
  EXPECT_FALSE(permits("core/app/main.cc", "output/output.h"));
  EXPECT_FALSE(permits("core/app/main.cc", "simulation/network.h"));
  EXPECT_FALSE(permits("core/app/main.cc", "transport/transport.h"));  // By transport/linux.
  EXPECT_FALSE(permits("core/pipeline/pipeline.cc", "transport/transport.h"));
  EXPECT_FALSE(permits("core/pipeline/pipeline.cc", "net/ip.h"));
  EXPECT_FALSE(permits("core/plugin/conformance/conformance.cc", "model/path_identity.h"));
}

TEST(IncludeRule, KeepsNeighboursApart) {
  EXPECT_FALSE(permits("core/trace/engine.cc", "simulation/transport.h"));
  EXPECT_FALSE(permits("core/trace/engine.cc", "transport/linux/pcap_transport.h"));
  EXPECT_FALSE(permits("core/simulation/transport.cc", "transport/linux/route.h"));
  EXPECT_FALSE(permits("core/transport/linux/route.cc", "simulation/network.h"));
  EXPECT_FALSE(permits("core/transport/transport.h", "transport/linux/route.h"));
  EXPECT_FALSE(permits("core/transport/transport.h", "net/ip.h"));
  EXPECT_FALSE(permits("core/plugin/catalog.cc", "plugin/conformance/conformance.h"));
  EXPECT_FALSE(permits("core/model/path_identity.cc", "plan/planner.h"));
  EXPECT_FALSE(permits("core/output/output.cc", "trace/engine.h"));
}

TEST(IncludeRule, RefusesALibraryOutsideItsHome) {
  EXPECT_THAT(violations("core/pipeline/output.cc", "#include <toml++/toml.h>\n"), SizeIs(1));
  EXPECT_THAT(violations("core/include/etr/path.h", "#include \"absl/status/status.h\"\n"),
              SizeIs(1));
  EXPECT_THAT(violations("plugins/sinks/csv/x.cc", "#include \"absl/time/time.h\"\n"), SizeIs(1));
  EXPECT_THAT(violations("core/net/ip.cc", "#include <boost/asio.hpp>\n"), SizeIs(1));
  EXPECT_THAT(violations("core/simulation/transport.cc", "#include <pcap/pcap.h>\n"), SizeIs(1));
  EXPECT_THAT(violations("core/simulation/transport.cc", "#include <libmnl/libmnl.h>\n"),
              SizeIs(1));
}

TEST(IncludeRule, PermitsWhatPointsDown) {
  EXPECT_THAT(violations("core/trace/engine.cc",
                         "#include \"trace/engine.h\"\n#include <vector>\n#include <sys/types.h>\n"
                         "#include \"absl/status/status.h\"\n#include \"net/ip.h\"\n"),
              IsEmpty());
  EXPECT_TRUE(permits("core/trace/engine.cc", "plan/planner.h"));
  EXPECT_TRUE(permits("core/trace/engine.cc", "base/clock.h"));
  EXPECT_TRUE(permits("core/transport/linux/sender.cc", "transport/linux/route.h"));
  EXPECT_TRUE(permits("core/transport/linux/sender.cc", "transport/transport.h"));
  EXPECT_TRUE(permits("core/pipeline/pipeline.cc", "transport/linux/pcap_transport.h"));
  EXPECT_TRUE(permits("core/plugin/conformance/conformance.cc", "plugin/library.h"));
  EXPECT_TRUE(permits("core/app/plugins_command.cc", "plugin/conformance/conformance.h"));
  EXPECT_THAT(violations("plugins/hashers/crc32/x.cc",
                         "#include <zlib.h>\n#include \"x.h\"\n"
                         "#include \"etr/plugin.h\"\n"),
              IsEmpty());
}

}  // namespace
