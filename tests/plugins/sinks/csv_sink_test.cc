#include "csv_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/read_file.h"
#include "support/sample_records.h"
#include "support/temporary_folder.h"

namespace {

using etr::test::read_file;
using etr::test::sample_path;
using testing::ElementsAre;
using testing::HasSubstr;

using Row = std::vector<std::string>;

/// A strict reader for the grammar of RFC 4180.
std::vector<Row> parse(const std::string& text) {
  std::vector<Row> rows;
  std::size_t at = 0;
  while (at < text.size()) {
    Row row;
    while (true) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at >= text.size()) throw std::runtime_error("quote not closed");
          if (text[at] != '"') {
            field += text[at];
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            field += text[++at];
          } else {
            break;
          }
        }
        ++at;
      } else {
        for (; at < text.size() && text[at] != ',' && text[at] != '\r'; ++at) {
          if (text[at] == '"' || text[at] == '\n') throw std::runtime_error("stray character");
          field += text[at];
        }
      }
      row.push_back(field);
      if (at < text.size() && text[at] == ',') {
        ++at;
        continue;
      }
      if (text.substr(at, 2) != "\r\n") throw std::runtime_error("row does not end with CRLF");
      at += 2;
      break;
    }
    rows.push_back(row);
  }
  return rows;
}

class CsvSinkTest : public testing::Test {
 protected:
  CsvSink::Options options(bool append = false) const {
    CsvSink::Options options;
    options.path = file();
    options.append = append;
    return options;
  }
  std::string file() const { return folder_.file("hops.csv"); }

  std::vector<Row> written(const std::vector<etr::Path>& paths, bool append = false) const {
    CsvSink sink(options(append));
    sink.open(etr::test::sample_run());
    for (const etr::Path& path : paths) sink.write(path);
    sink.close(etr::test::sample_summary());
    return parse(read_file(file()));
  }

  etr::test::TemporaryFolder folder_;
};

std::string cell(const std::vector<Row>& rows, std::size_t row, const std::string& column) {
  const auto found = std::find(rows[0].begin(), rows[0].end(), column);
  if (found == rows[0].end()) throw std::runtime_error("no column " + column);
  return rows.at(row).at(static_cast<std::size_t>(found - rows[0].begin()));
}

TEST_F(CsvSinkTest, WritesOneRowPerHopBelowAHeader) {
  const auto rows = written({sample_path()});
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_THAT(rows[0], testing::SizeIs(32));
  EXPECT_THAT(
      rows[1],
      ElementsAre("0", "target.example", "2", "7", "2026-01-02T03:04:05.001Z",
                  "2026-01-02T03:04:06.002345678Z", "TCP", "192.0.2.1", "50002", "192.0.2.9", "443",
                  "", "845425ea", "1", "true", "true", "1", "192.0.2.2", "gw.example", "answered",
                  "answering", "2026-01-02T03:04:05.001Z", "2026-01-02T03:04:05.002234567Z",
                  "1234567", "time-exceeded", "11", "0", "64", "1", "", "16004:0:1:1", "1"));
  EXPECT_EQ(cell(rows, 2, "verdict"), "lost");
  EXPECT_EQ(cell(rows, 2, "rtt_ns"), "");
  EXPECT_EQ(cell(rows, 3, "kind"), "syn-ack");
  EXPECT_EQ(cell(rows, 3, "icmp_type"), "");
  for (const Row& row : rows) EXPECT_EQ(row.size(), rows[0].size());
}

TEST_F(CsvSinkTest, HostileNamesStayInTheirField) {
  etr::Path path = sample_path();
  path.hops[0].name = "a,\"b\"\r\nc\x1b[2J\xff";
  path.hops[2].name = "=HYPERLINK(\"x\")";
  const auto rows = written({path});
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(cell(rows, 1, "ptr"), "a,\"b\"??c?[2J?");
  EXPECT_EQ(cell(rows, 3, "ptr"), "'=HYPERLINK(\"x\")");
}

TEST_F(CsvSinkTest, AppendingWritesNoSecondHeader) {
  EXPECT_EQ(written({sample_path()}).size(), 4U);
  EXPECT_EQ(written({sample_path()}, true).size(), 7U);
  EXPECT_EQ(written({sample_path()}, false).size(), 4U);
}

TEST_F(CsvSinkTest, KeepsTheFileOfARunThatCannotStart) {
  written({sample_path()});
  const std::string before = read_file(file());
  CsvSink sink(options());
  sink.open(etr::test::sample_run());
  sink.flush();
  sink.close(etr::test::sample_summary());
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(CsvSinkTest, ANewFileAfterRotationHasItsHeader) {
  CsvSink sink(options());
  sink.open(etr::test::sample_run());
  sink.write(sample_path());
  std::filesystem::rename(file(), folder_.file("old"));
  sink.reopen();
  sink.write(sample_path());
  sink.close(etr::test::sample_summary());
  EXPECT_EQ(parse(read_file(folder_.file("old"))).size(), 4U);
  const auto rows = parse(read_file(file()));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0][0], "trace");
}

// Defect A22 of the Go etr, docs/compatibility.md.
TEST_F(CsvSinkTest, ReportsAFullDisk) {
  CsvSink::Options full;
  full.path = "/dev/full";
  CsvSink sink(full);
  sink.open(etr::test::sample_run());
  sink.write(sample_path());
  EXPECT_THAT([&] { sink.flush(); }, testing::ThrowsMessage<std::runtime_error>(
                                         "cannot write '/dev/full': no space left on device"));
}

}  // namespace
