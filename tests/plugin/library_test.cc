// Each reason for refusing a file as a plugin has its own message.
#include "plugin/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace etr::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string fixture(const std::string& name) {
  return std::string(ETR_FIXTURE_DIR) + "/sinks/" + name + ".so";
}

// The message that refuses a fixture. It names the file once and is one line.
std::string refusal(const std::string& file) {
  const auto opened = open_library(file);
  EXPECT_FALSE(opened.ok()) << file;
  if (opened.ok()) return {};
  const std::string text(opened.status().message());
  EXPECT_THAT(text, StartsWith(file + ": "));
  EXPECT_THAT(text.substr(file.size()), Not(HasSubstr(file)));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  return text.substr(file.size() + 2);
}

TEST(Library, OpensAPluginOfThisAbi) {
  const auto opened = open_library(fixture("good"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_STREQ((*opened)->name, "good");
  EXPECT_STREQ((*opened)->version, "1.2.3");
  EXPECT_EQ((*opened)->options().size(), 5U);
}

TEST(Library, OpeningTwiceGivesTheSameDescriptor) {
  EXPECT_EQ(*open_library(fixture("good")), *open_library(fixture("good")));
}

TEST(Library, RefusesAFileThatDoesNotExist) {
  EXPECT_EQ(refusal(fixture("nowhere")), "No such file or directory");
}

TEST(Library, RefusesALibraryWithoutDescriptor) {
  EXPECT_EQ(refusal(fixture("no-symbol")),
            "not an etr plugin: it has no symbol etr_plugin_descriptor");
}

TEST(Library, RefusesAFileThatIsNotElf) {
  const std::string file = testing::TempDir() + "etr-not-elf.so";
  std::ofstream(file) << std::string(2000, '#');
  EXPECT_EQ(refusal(file), "cannot be loaded: invalid ELF header");
  std::filesystem::remove(file);
}

TEST(Library, RefusesAnEmptyFile) {
  const std::string file = testing::TempDir() + "etr-empty.so";
  std::ofstream(file).flush();
  EXPECT_EQ(refusal(file), "cannot be loaded: file too short");
  std::filesystem::remove(file);
}

TEST(Library, NamesAMissingDependency) {
  EXPECT_THAT(refusal(fixture("missing-dependency")),
              AllOf(StartsWith("cannot be loaded: libetr-gone.so"), HasSubstr("No such file")));
}

TEST(Library, RefusesAWrongMagicNumber) {
  EXPECT_THAT(refusal(fixture("wrong-magic")), HasSubstr("magic number 00000001"));
}

TEST(Library, RefusesAnOlderAbi) {
  EXPECT_THAT(refusal(fixture("older-abi")),
              HasSubstr("built for an older etr: version 2 of the sink interface, this etr has 3"));
}

TEST(Library, RefusesANewerAbi) {
  EXPECT_THAT(refusal(fixture("newer-abi")),
              HasSubstr("built for a newer etr: version 4 of the sink interface, this etr has 3"));
}

TEST(Library, RefusesANewerRevision) {
  EXPECT_THAT(refusal(fixture("newer-revision")),
              StartsWith("built for a newer etr: revision 1 of the sink interface"));
}

TEST(Library, RefusesAnotherLayoutOfTheSameVersion) {
  EXPECT_EQ(refusal(fixture("other-layout")),
            "built for another etr of the same interface version, whose types lie otherwise in "
            "memory; build it with the SDK of this etr");
}

TEST(Library, RefusesAWrongSize) {
  EXPECT_THAT(refusal(fixture("wrong-size")), StartsWith("its descriptor has "));
}

TEST(Library, RefusesAnotherStandardLibrary) {
  EXPECT_THAT(refusal(fixture("other-library")),
              StartsWith("built against libc++, this etr against libstdc++"));
  EXPECT_THAT(refusal(fixture("no-fingerprint")),
              StartsWith("built against an unnamed standard library"));
}

TEST(Library, RefusesAnUnknownKind) {
  EXPECT_EQ(refusal(fixture("unknown-kind")), "unknown kind of plugin: 9");
}

TEST(Library, RefusesADescriptorWithoutTexts) {
  EXPECT_EQ(refusal(fixture("no-summary")), "its descriptor lacks a name, version or summary");
}

TEST(Library, RefusesADescriptorWhoseFunctionsAreNotItsKinds) {
  EXPECT_EQ(refusal(fixture("no-create")), "its descriptor lacks the functions of its kind");
  EXPECT_EQ(refusal(fixture("claims-view")), "its descriptor lacks the functions of its kind");
}

// A change of the ABI changes the size, too: the message must then name the version.
TEST(Library, ChecksInTheOrderOfTheContract) {
  DescriptorHead head{0, 0, 0, 0, nullptr};
  EXPECT_THAT(std::string(check_head(head).message()), HasSubstr("magic number"));
  head.magic = kPluginMagic;
  EXPECT_THAT(std::string(check_head(head).message()), HasSubstr("unknown kind"));
  head.kind = static_cast<std::uint32_t>(PluginKind::kView);
  EXPECT_THAT(std::string(check_head(head).message()), HasSubstr("version 0 of the view"));
  head.abi_version = abi_version(PluginKind::kView);
  EXPECT_THAT(std::string(check_head(head).message()), HasSubstr("octets"));
  head.size = sizeof(PluginDescriptor);
  EXPECT_THAT(std::string(check_head(head).message()), HasSubstr("standard library"));
  head.fingerprint = fingerprint(PluginKind::kView);
  EXPECT_TRUE(check_head(head).ok());
}

}  // namespace
}  // namespace etr::plugin
