#include "vrlt/io/jsonl.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/line_reader.h"

namespace vrlt::io {
namespace {

std::vector<int> values(const std::filesystem::path& path, bool tolerate) {
  std::vector<int> result;
  for_each_jsonl(path, tolerate, [&](int64_t, Json value) { result.push_back(value.get<int>()); });
  return result;
}

TEST(Jsonl, TornLastLineIsIgnoredAndRepaired) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.jsonl";
  write_file_atomic(path, "1\n2\n3");  // the write of "3\n" was cut by a kill
  EXPECT_EQ(values(path, true), (std::vector<int>{1, 2}));
  {
    JsonlAppender appender(path);
    appender.append(4);
    appender.close();
  }
  EXPECT_EQ(read_file(path, 100), "1\n2\n4\n");
}

TEST(Jsonl, MalformedLineIsNamed) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.jsonl";
  write_file_atomic(path, "1\n\n{]\n");
  try {
    values(path, true);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("a.jsonl:3: "), std::string::npos) << error.what();
  }
}

// An appended line of a file that nobody finds any more would be lost without a word.
TEST(Jsonl, AnAppenderNoticesThatItsFileIsGone) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.jsonl";
  for (const bool replaced : {false, true}) {
    JsonlAppender appender(path);
    appender.append(1);
    std::filesystem::rename(path, folder.path() / "moved");
    if (replaced) write_file_atomic(path, "1\n");
    EXPECT_THROW(appender.append(2), DiskError);
    std::filesystem::remove(path);
  }
}

// What our programs write may have more values than a foreign file: here a line of 2^19 + 1.
TEST(Jsonl, OwnLinesMayBeOfAnySize) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.jsonl";
  const auto line = to_line(Json(std::vector<int>((1 << 19) + 1, 7)));
  write_file_atomic(path, line + "\n");
  EXPECT_THROW(for_each_jsonl(path, true, [](int64_t, const Json&) {}), DataError);
  size_t values = 0;
  for_each_jsonl(
      path, true, [&](int64_t, const Json& value) { values = value.size(); }, kOwnJson);
  EXPECT_EQ(values, (1U << 19) + 1);
  cut_jsonl(path, [](int64_t, const Json&) { return true; });
  EXPECT_EQ(io::file_size(path), line.size() + 1);
}

TEST(LineReader, GivesLinesOfAnyLengthWithTheirPlaces) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lines";
  const std::string longest(3 << 20, 'x');  // three blocks
  write_file_atomic(path, "a\n\n" + longest + "\ntorn");
  LineReader lines(path);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "a");
  EXPECT_EQ(lines.end_offset(), 2U);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), longest);
  EXPECT_EQ(lines.number(), 3);
  EXPECT_TRUE(lines.has_line_feed());
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "torn");
  EXPECT_FALSE(lines.has_line_feed());
  EXPECT_EQ(lines.end_offset(), io::file_size(path));
  EXPECT_FALSE(lines.next());
}

TEST(LineReader, AFileThatShrinksWhileItIsReadIsAnError) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lines";
  write_file_atomic(path, std::string(5 << 20, 'x'));
  LineReader lines(path);
  std::filesystem::resize_file(path, 10);
  EXPECT_THROW(lines.next(), DataError);
}

TEST(Files, MissingAndIrregularFilesAreTold) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(read_file(folder.path() / "none", 10), MissingInputError);
  EXPECT_THROW(read_file(folder.path(), 10), DataError);
  write_file_atomic(folder.path() / "b", "12345");
  EXPECT_THROW(read_file(folder.path() / "b", 4), DataError);
  EXPECT_THROW(write_file_atomic(folder.path() / "no" / "c", "x"), DiskError);
  EXPECT_THROW(write_file_atomic("/dev/full/x", "x"), DiskError);
}

TEST(Files, FullDiskIsAnError) {
  FileWriter full("/dev/full", FileWriter::Mode::kAppend);
  EXPECT_THROW(full.write("x"), DiskError);
}

TEST(Files, Sha256MatchesTheStandardsExample) {
  // FIPS 180-2, appendix B.1
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace vrlt::io
