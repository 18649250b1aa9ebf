// Holds the documents to the program: code in them is code that is compiled, and the reference of
// plugins is what the plugins report themselves. To write the
// reference anew: ETR_RECORD_DOCS=1 app_test --gtest_filter='Docs.*'
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/flags.h"
#include "app/plugin_templates.h"
#include "app/plugins_command.h"
#include "pipeline/trace_options.h"
#include "plugin/kind.h"
#include "plugin/option_values.h"
#include "support/read_file.h"

namespace etr::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kRoot = ETR_SOURCE_DIR;

// The fenced blocks of one language.
std::vector<std::string> blocks(const std::string& document, const std::string& language) {
  std::vector<std::string> found;
  std::istringstream lines(document);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (!inside && line == "```" + language) {
      inside = true;
      found.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      found.back() += line + '\n';
    }
  }
  return found;
}

// Everything that tests/install compiles against the installed package.
std::string compiled_text() {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "examples")) {
    if (entry.path().extension() == ".cc" || entry.path().filename() == "CMakeLists.txt") {
      text += test::read_file(entry.path());
    }
  }
  for (const PluginKind kind : plugin::kAllKinds) text += source_template(kind);
  return text;
}

TEST(Docs, EachSnippetIsCompiled) {
  const std::string document = test::read_file(kRoot / "docs/writing-a-plugin.md");
  const std::string compiled = compiled_text();
  std::vector<std::string> snippets = blocks(document, "cpp");
  EXPECT_GE(snippets.size(), 10U);
  for (const std::string& snippet : blocks(document, "cmake")) snippets.push_back(snippet);
  for (const std::string& snippet : snippets) {
    EXPECT_NE(compiled.find(snippet), std::string::npos)
        << "this snippet is in no example or template:\n"
        << snippet;
  }
}

// The flag that sets an option of [trace].
std::string flag_of(const std::string& option) {
  if (option == "family") return "`-4`, `-6`";
  if (option == "resolve") return "`-n`";
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) {
      if (flag.option != option) continue;
      const std::string letter = flag.letter == '\0' ? "" : std::string("`-") + flag.letter + "`, ";
      return letter + "`--" + std::string(flag.name) + "`";
    }
  }
  return "";
}

std::string trace_table() {
  std::string text = "| key | type | default | flag | meaning |\n|---|---|---|---|---|\n";
  for (const OptionSpec& spec : pipeline::trace_option_specs()) {
    const std::string default_value =
        spec.name == "dest_port" ? "the prober's" : "`" + plugin::to_toml(spec.default_value) + "`";
    text += "| `" + spec.name + "` | " + std::string(plugin::type_name(spec)) + " | " +
            default_value + " | " + flag_of(spec.name) + " | " + spec.help + " |\n";
  }
  return text;
}

// The output of `etr plugins show` without the file, which is different on every machine.
std::string shown(plugin::Catalog& catalog, const std::string& name) {
  std::ostringstream out;
  std::ostringstream err;
  run_plugins_command({Invocation::Plugins::Verb::kShow, {name}}, catalog, out, err);
  std::istringstream lines(out.str());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("from ", 0) != 0) text += line + '\n';
  }
  return text;
}

std::string reference_page() {
  std::string page =
      "# Reference: pipeline files and the plugins that come with etr\n\n"
      "Made from the program's own tables by `ETR_RECORD_DOCS=1 app_test --gtest_filter='Docs.*'`; "
      "a "
      "test\nholds it to them. `etr plugins show NAME` prints the same of any plugin, "
      "`etr --check` a whole pipeline.\n\n"
      "Durations are strings with a unit: `\"250ms\"`, `\"1m30s\"`. Files that a pipeline reads "
      "(plugin folders,\na simulated network) are relative to the pipeline file, files that it "
      "writes "
      "to the working directory.\n\n## The `[trace]` table\n\n" +
      trace_table();
  plugin::SearchPath path;
  path.folders.push_back({ETR_BINARY_DIR "/plugins", "built"});
  plugin::Catalog catalog(path);
  for (const PluginKind kind : plugin::kAllKinds) {
    for (const std::string& name : catalog.names(kind)) {
      page += "\n## " + std::string(plugin::kind_name(kind)) + " `" + name + "`\n\n```text\n" +
              shown(catalog, name) + "```\n";
    }
  }
  return page;
}

TEST(Docs, TheReferenceMatchesThePlugins) {
  const fs::path file = kRoot / "docs/plugins.md";
  if (std::getenv("ETR_RECORD_DOCS") != nullptr) std::ofstream(file) << reference_page();
  EXPECT_EQ(test::read_file(file), reference_page())
      << "record it anew: ETR_RECORD_DOCS=1 app_test --gtest_filter='Docs.*'";
}

}  // namespace
}  // namespace etr::app
