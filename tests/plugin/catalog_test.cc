#include "plugin/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace etr::plugin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const fs::path kFixtures = ETR_FIXTURE_DIR;

SearchPath folders(const std::vector<fs::path>& paths, bool elevated = false) {
  SearchPath path;
  path.elevated = elevated;
  for (const fs::path& folder : paths) path.folders.push_back({folder, "test"});
  return path;
}

PluginUse use(const std::string& name, std::vector<RawOption> options = {}) {
  return {name, std::move(options), "p.toml:4:7", ""};
}

template <class Result>
std::string message(const Result& result) {
  EXPECT_FALSE(result.ok());
  return std::string(result.status().message());
}

class CatalogTest : public testing::Test {
 protected:
  // A second plugin folder, for copies. Its name is new in each test: a library is never unloaded,
  // so the loader would return the copy of an earlier test for the same name.
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        fs::path(testing::TempDir()) / ("etr-" + std::to_string(getpid()) + "-" + test->name());
    fs::create_directories(folder_ / "sinks");
    fs::create_directories(folder_ / "probers");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void copy(const std::string& name, const std::string& to) {
    fs::copy_file(kFixtures / "sinks" / (name + ".so"), folder_ / to);
  }

  fs::path folder_;
};

TEST_F(CatalogTest, MakesAnInstanceWithItsOptions) {
  Catalog catalog(folders({kFixtures}));
  auto sink = catalog.create_sink(use("good", {{"limit", std::int64_t{1}, ""}}));
  ASSERT_TRUE(sink.ok()) << sink.status();
  Path path;
  (*sink)->write(path);
  path.round = 1;
  EXPECT_THROW((*sink)->write(path), PluginFault);
}

TEST_F(CatalogTest, TwoInstancesOfOnePluginHaveTheirOwnState) {
  Catalog catalog(folders({kFixtures}));
  auto small = catalog.create_sink(use("good", {{"limit", std::int64_t{1}, ""}}));
  auto large = catalog.create_sink(use("good", {{"limit", std::int64_t{9}, ""}}));
  Path path;
  path.round = 5;
  EXPECT_THROW((*small)->write(path), PluginFault);
  EXPECT_NO_THROW((*large)->write(path));
}

TEST_F(CatalogTest, AFaultNamesTheInstance) {
  Catalog catalog(folders({kFixtures}));
  PluginUse labelled = use("good", {{"limit", std::int64_t{0}, ""}});
  labelled.label = "sink 'good' (no. 2)";
  auto sink = catalog.create_sink(labelled);
  try {
    (*sink)->write(Path{});
    FAIL() << "no fault";
  } catch (const PluginFault& fault) {
    EXPECT_STREQ(fault.what(), "sink 'good' (no. 2): fixture.out: limit reached");
  }
}

TEST_F(CatalogTest, AnUnknownPluginGetsTheNearestName) {
  Catalog catalog(folders({kFixtures}));
  EXPECT_EQ(message(catalog.create_sink(use("goood"))),
            "p.toml:4:7: no sink is called 'goood'; did you mean 'good'?");
  EXPECT_THAT(message(catalog.create_sink(use("kafka"))),
              AllOf(HasSubstr("no sink is called 'kafka'; there are "), HasSubstr("good, ")));
  Catalog empty(folders({kFixtures / "sinks"}));
  EXPECT_EQ(message(empty.create_hasher(use("crc32"))),
            "p.toml:4:7: no hasher is called 'crc32': there is none in the plugin folders");
}

TEST_F(CatalogTest, ANameNeverLeadsOutOfTheFolders) {
  Catalog catalog(folders({kFixtures}));
  for (const char* name : {"../sinks/good", "", ".good", "/etc/passwd", "a\nb"}) {
    EXPECT_THAT(message(catalog.create_sink(use(name))), HasSubstr("is not the name of a sink"));
  }
}

TEST_F(CatalogTest, AWrongOptionNamesPlaceAndPlugin) {
  Catalog catalog(folders({kFixtures}));
  EXPECT_EQ(message(catalog.create_sink(use("good", {{"pth", std::string("x"), "p.toml:5:1"}}))),
            "p.toml:5:1: unknown option 'pth'; did you mean 'path'? (sink 'good')");
}

TEST_F(CatalogTest, ResolvingGivesEveryOptionAValue) {
  Catalog catalog(folders({kFixtures}));
  const auto options =
      catalog.resolve(PluginKind::kSink, use("good", {{"share", std::int64_t{1}, ""}}));
  ASSERT_TRUE(options.ok());
  ASSERT_EQ(options->size(), 5U);
  EXPECT_EQ(std::get<double>(options->at(2).value), 1.0);
  EXPECT_EQ(std::get<bool>(options->at(3).value), true);
}

TEST_F(CatalogTest, ARefusalThatNamesAnOptionHasItsPlace) {
  Catalog catalog(folders({kFixtures}));
  const RawOption limit{"limit", std::int64_t{1}, "p.toml:7:1"};
  const RawOption share{"share", std::int64_t{1}, "p.toml:8:1"};
  EXPECT_EQ(message(catalog.create_sink(use("refusing-create", {limit, share}))),
            "p.toml:7:1: sink 'refusing-create': option 'limit' is out of range");
}

TEST_F(CatalogTest, AThrowingCreateIsAnErrorThatNamesThePlugin) {
  Catalog catalog(folders({kFixtures}));
  EXPECT_EQ(message(catalog.create_sink(use("throwing-create"))),
            "p.toml:4:7: sink 'throwing-create': no luck");
  EXPECT_EQ(
      message(catalog.create_sink(use("throwing-int"))),
      "p.toml:4:7: sink 'throwing-int': create: threw something that is not a std::exception");
}

TEST_F(CatalogTest, RefusesANameThatIsNotTheFiles) {
  Catalog catalog(folders({kFixtures}));
  EXPECT_EQ(message(catalog.find(PluginKind::kSink, "misnamed")),
            (kFixtures / "sinks/misnamed.so").string() +
                ": it calls itself 'other'; a plugin has the name of its file");
}

TEST_F(CatalogTest, RefusesASinkInTheFolderOfProbers) {
  copy("good", "probers/good.so");
  Catalog catalog(folders({folder_}));
  EXPECT_THAT(message(catalog.find(PluginKind::kProber, "good")),
              HasSubstr("probers/good.so: it is a sink, not a prober"));
}

TEST_F(CatalogTest, TheFirstFolderWinsAndReportsTheShadowedPlugin) {
  copy("good", "sinks/good.so");
  Catalog catalog(folders({folder_, kFixtures}));
  EXPECT_EQ(catalog.find(PluginKind::kSink, "good")->file, folder_ / "sinks/good.so");
  EXPECT_THAT(catalog.take_notices(),
              ElementsAre("sink 'good': " + (folder_ / "sinks/good.so").string() +
                          " is used, not " + (kFixtures / "sinks/good.so").string() + " (test)"));
  EXPECT_THAT(catalog.take_notices(), IsEmpty());
}

TEST_F(CatalogTest, ABrokenPluginIsNeverReplacedByAnotherOfItsName) {
  copy("wrong-magic", "sinks/good.so");
  Catalog catalog(folders({folder_, kFixtures}));
  EXPECT_THAT(message(catalog.find(PluginKind::kSink, "good")), HasSubstr("magic number"));
}

TEST_F(CatalogTest, ReportsAFolderThatDoesNotExist) {
  Catalog catalog(folders({"/nowhere/plugins", kFixtures}));
  EXPECT_THAT(catalog.take_notices(),
              ElementsAre("plugin folder /nowhere/plugins (test) does not exist"));
}

TEST_F(CatalogTest, AnElevatedRunRefusesAFileThatOthersCanWrite) {
  copy("good", "sinks/good.so");
  chmod((folder_ / "sinks/good.so").c_str(), 0666);
  Catalog catalog(folders({folder_}, true));
  EXPECT_THAT(message(catalog.find(PluginKind::kSink, "good")),
              AllOf(HasSubstr("sinks/good.so: not loaded with raised privileges"),
                    HasSubstr("can be written by others")));
}

TEST_F(CatalogTest, AnElevatedRunFollowsLinksBeforeItTrusts) {
  copy("good", "good.so");
  chmod((folder_ / "good.so").c_str(), 0666);
  fs::create_symlink(folder_ / "good.so", folder_ / "sinks/good.so");
  Catalog catalog(folders({folder_}, true));
  EXPECT_THAT(message(catalog.find(PluginKind::kSink, "good")), HasSubstr("not loaded"));
}

TEST_F(CatalogTest, AnElevatedRunRefusesUntrustedFilesOutsideFolders) {
  copy("good", "good.so");
  chmod((folder_ / "good.so").c_str(), 0666);
  EXPECT_THAT(message(Catalog(folders({}, true)).permit(folder_ / "good.so")),
              HasSubstr("not loaded with raised privileges"));
  EXPECT_EQ(*Catalog(folders({})).permit(folder_ / "good.so"), folder_ / "good.so");
}

TEST_F(CatalogTest, NamesWhatIsThereWhetherItCanBeOpenedOrNot) {
  copy("good", "sinks/good.so");
  copy("older-abi", "sinks/older-abi.so");
  Catalog catalog(folders({folder_}));
  EXPECT_THAT(catalog.names(PluginKind::kSink), testing::ElementsAre("good", "older-abi"));
  EXPECT_TRUE(catalog.find(PluginKind::kSink, "good").ok());
  EXPECT_THAT(message(catalog.find(PluginKind::kSink, "older-abi")), HasSubstr("older etr"));
  EXPECT_EQ(*catalog.locate(PluginKind::kSink, "older-abi"), folder_ / "sinks/older-abi.so");
}

}  // namespace
}  // namespace etr::plugin
