// What a compiled plugin relies on: the size of each public type, the offsets of its members, the
// slots of virtual functions, the numbers of enumerators. abi/ holds the recorded layout of each
// kind and version of plugin; a change needs a new version (etr/abi.h) and a new file.
//
// To record one: ETR_RECORD_ABI=1 sdk_test --gtest_filter='*AbiLayout.*'
#include "abi_layout.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>

#include "etr/plugin.h"
#include "support/read_file.h"

namespace etr::test {
namespace {

const char* name_of(PluginKind kind) {
  switch (kind) {
    case PluginKind::kProber: return "prober";
    case PluginKind::kHasher: return "hasher";
    case PluginKind::kSink: return "sink";
    case PluginKind::kView: break;
  }
  return "view";
}

Layout types_of(PluginKind kind) {
  Layout layout;
  detail::describe_kind(layout, kind);
  return layout;
}

std::string present_layout(PluginKind kind) {
  Layout layout = types_of(kind);
  describe_enumerations(layout, kind);
  describe_interface(layout, kind);
  return std::string(name_of(kind)) + ", version " + std::to_string(abi_version(kind)) +
         ", revision " + std::to_string(abi_revision(kind)) + ", x86-64, libstdc++\n" +
         layout.text();
}

struct AbiLayout : testing::TestWithParam<PluginKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, AbiLayout,
                         testing::Values(PluginKind::kProber, PluginKind::kHasher,
                                         PluginKind::kSink, PluginKind::kView),
                         [](const auto& kind) { return name_of(kind.param); });

TEST_P(AbiLayout, IsTheOneRecordedForItsVersion) {
#if defined(__x86_64__) && defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG)
  const std::string file = std::string(ETR_SOURCE_DIR "/tests/sdk/abi/") + name_of(GetParam()) +
                           "-" + std::to_string(abi_version(GetParam())) + ".txt";
  const std::string present = present_layout(GetParam());
  if (std::getenv("ETR_RECORD_ABI") != nullptr) std::ofstream(file) << present;
  EXPECT_EQ(present, test::read_file(file))
      << "a public type changed: plugins built before would misread it. Raise abi_version() of the "
         "kind in etr/abi.h and record the new layout beside the old one; see docs/abi.md.";
#else
  GTEST_SKIP() << "the layout is recorded for x86-64 and libstdc++";
#endif
}

// A member that the list of etr/layout.h lacks would leave a gap: the hash would not see it move.
TEST_P(AbiLayout, ListsEveryMember) {
  const Layout layout = types_of(GetParam());
  for (const Layout::Type& type : layout.types()) {
    if (type.members.empty()) continue;
    std::size_t end = 0;
    for (const Layout::Member& member : type.members) {
      EXPECT_LT(member.offset - end, type.alignment) << type.name << "::" << member.name;
      end = member.offset + member.size;
    }
    EXPECT_LT(type.size - end, type.alignment) << type.name;
  }
}

// This part is read before the version is known: it never changes.
TEST(DescriptorHead, NeverChanges) {
  static_assert(std::is_standard_layout_v<DescriptorHead> && std::is_trivial_v<DescriptorHead>);
  static_assert(offsetof(DescriptorHead, magic) == 0 && sizeof(DescriptorHead::magic) == 4);
  static_assert(offsetof(DescriptorHead, abi_version) == 4);
  static_assert(offsetof(DescriptorHead, size) == 8);
  static_assert(offsetof(DescriptorHead, kind) == 12);
  static_assert(offsetof(DescriptorHead, fingerprint) == 16);
  EXPECT_EQ(kPluginMagic, 0x21727465U);
  EXPECT_STREQ(kDescriptorSymbol, "etr_plugin_descriptor");
}

// g++ and clang plugins mix: the fingerprint must not name the compiler or its release.
TEST(Fingerprint, NamesTheLibraryAndTheLayout) {
  const std::string text = fingerprint(PluginKind::kSink);
#if defined(__GLIBCXX__)
  EXPECT_EQ(text.rfind("libstdc++;cxx11=1", 0), 0U) << text;
#endif
  EXPECT_NE(text.find(";layout="), std::string::npos) << text;
  EXPECT_EQ(text.find("g++ "), std::string::npos);
  EXPECT_EQ(text.find("clang"), std::string::npos);
}

// What only some kinds touch concerns those kinds only.
TEST(Fingerprint, DiffersBetweenKinds) {
  EXPECT_STRNE(fingerprint(PluginKind::kSink), fingerprint(PluginKind::kView));
  EXPECT_STRNE(fingerprint(PluginKind::kProber), fingerprint(PluginKind::kHasher));
}

TEST(LayoutHash, SeesATypeThatGrowsAndAMemberThatMoves) {
  const auto hash = [](std::size_t size, std::size_t offset) {
    detail::LayoutHash layout;
    layout.type("Type", size, 8);
    layout.member("member", offset, 4);
    return layout.value();
  };
  EXPECT_EQ(hash(16, 8), hash(16, 8));
  EXPECT_NE(hash(16, 8), hash(24, 8));
  EXPECT_NE(hash(16, 8), hash(16, 4));
}

}  // namespace
}  // namespace etr::test
