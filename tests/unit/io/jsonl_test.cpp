#include "vrlt/io/jsonl.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"

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
