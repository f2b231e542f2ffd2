// Tables that pyarrow wrote, against the rows that it reads from them (scripts/golden/tables.py).
#include "vrlt/io/column_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<Json> rows_of(const fs::path& path) {
  std::vector<Json> rows;
  for_each_column_row(path, [&](int64_t index, const Json& row) {
    EXPECT_EQ(index, std::ssize(rows));
    rows.push_back(row);
  });
  return rows;
}

class ColumnFiles : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Containers, ColumnFiles, testing::Values("kinds.parquet", "kinds.arrow"));

// Three rows, of which Parquet's file keeps two in one group and one in another.
TEST_P(ColumnFiles, HoldWhatPyarrowReads) {
  const auto folder = test::golden_dir() / "tables";
  if (!reads_column_files()) {
    EXPECT_THROW(rows_of(folder / GetParam()), ConfigError) << "a build that reads none says so";
    return;
  }
  const auto expected = read_json(folder / "kinds.json");
  const auto rows = rows_of(folder / GetParam());
  ASSERT_EQ(rows.size(), expected["rows"].size());
  for (size_t i = 0; i < rows.size(); ++i)
    for (const auto& [name, value] : expected["rows"][i].items())
      EXPECT_EQ(rows[i].value(name, Json("missing")), value) << "row " << i << ", " << name;
}

TEST_P(ColumnFiles, AreKnownByTheirFirstBytes) {
  const auto bytes = read_file(test::golden_dir() / "tables" / GetParam(), 1 << 20);
  EXPECT_TRUE(is_column_file(bytes));
  EXPECT_FALSE(is_column_file(bytes.substr(1)));
}

// Wherever it is cut off, it is refused by name; it never gives other rows.
TEST_P(ColumnFiles, CutOffAreRefused) {
  if (!reads_column_files()) return;
  const auto bytes = read_file(test::golden_dir() / "tables" / GetParam(), 1 << 20);
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "cut";
  for (size_t size = 8; size < bytes.size() - 16; size += 97) {
    write_file_atomic(path, bytes.substr(0, size));
    try {
      EXPECT_LT(rows_of(path).size(), 3u) << size;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }
}

TEST(ColumnFile, ThatIsNotThereIsNamed) {
  if (!reads_column_files()) return;
  EXPECT_THROW(rows_of("/nowhere.parquet"), MissingInputError);
}

}  // namespace
}  // namespace vrlt::io
