#include "vrlt/io/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/io/column_file.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::io {
namespace {

using test::BrokenFile;
using testing::HasSubstr;

std::string bytes(const char* text, size_t size) { return {text, size}; }

const BrokenFile kContainers[] = {
    {"parquet", "PAR1\x15\x04",
     reads_column_files()
         ? "a Parquet file; convert it first: vrlt-data convert chat FILE --output RECORDS.jsonl"
         : "a Parquet file; write its rows as JSON Lines first: python "
           "scripts/parquet_to_jsonl.py"},
    {"encrypted_parquet", "PARE\x15\x04", "an encrypted Parquet file; write its rows"},
    {"arrow_file", bytes("ARROW1\0\0", 8), "an Arrow file; "},
    {"arrow_stream", "\xFF\xFF\xFF\xFF\x10", "an Arrow stream"},
    {"gzip", "\x1F\x8B\x08", "gunzip"},
    {"zip", "PK\x03\x04\x14", "unzip"},
    {"xz",
     bytes("\xFD"
           "7zXZ\0",
           6),
     "unxz"},
    {"bzip2", "BZh91AY&SY", "bunzip2"},
    {"zstd", "\x28\xB5\x2F\xFD", "unzstd"},
    {"tar", [] { return test::repeated("a", 257) + bytes("ustar\0", 6); }, "tar -xf"},
    {"sqlite", bytes("SQLite format 3\0\x10", 17), "sqlite3 -json"},
    {"pickle", "\x80\x04\x95\x10", "a Python pickle"},
    {"pickle_of_protocol_2", "\x80\x02}q", "a Python pickle"},
    {"hdf5", "\x89HDF\r\n\x1a\n", "an HDF5 file"},
    {"html", "\n <!DOCTYPE html><html>", "an HTML page"},
    {"html_without_doctype", "<HTML lang=en>", "an HTML page"},
    {"lfs_pointer", test::kLfsPointer, "git lfs pull"},
    {"video",
     bytes("\0\0\0\x20"
           "ftypisom",
           12),
     "a video"},
    {"picture", "\x89PNG\r\n", "a picture"},
    {"utf16_with_mark", bytes("\xFE\xFF\0{", 4),
     "the text is UTF-16, expected UTF-8; write it anew: iconv -f UTF-16 -t UTF-8"},
    {"utf16_without_mark", bytes("{\0\"\0a\0", 6), "iconv -f UTF-16LE"},
    {"utf16_without_mark_big", bytes("\0{\0\"", 4), "iconv -f UTF-16BE"},
    {"utf32", bytes("\xFF\xFE\0\0{\0\0\0", 8), "iconv -f UTF-32"},
};

class Containers : public testing::TestWithParam<BrokenFile> {
 protected:
  test::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Files, Containers, testing::ValuesIn(kContainers), test::row_name);

// Whoever reads: said once, by the name of what it is, and what to do.
TEST_P(Containers, AreNamedByEveryReader) {
  const auto path = folder_.path() / "x";
  test::expect_refused(GetParam(), path, [&] { read_json(path); });
  test::expect_refused(GetParam(), path, [&] { read_text(path, 1 << 20); });
  test::expect_refused(GetParam(), path, [&] {
    for_each_jsonl(path, /*tolerate_torn_tail=*/true, [](int64_t, const Json&) {});
  });
}

TEST(ForeignContainer, NothingInText) {
  for (const char* text : {"", "{\"a\": 1}", "PAR1X 24.3 30.4##a name that begins as Parquet does",
                           "ORC12 1 2##s", "BZh is a name", "a,b\n1,2"})
    EXPECT_FALSE(foreign_container(text).has_value()) << text;
}

TEST(CleanText, HasNoMarkAndOneKindOfLineEnd) {
  EXPECT_EQ(clean_text("\xEF\xBB\xBF"
                       "a\r\nb\rc\n\r\nd",
                       "x"),
            "a\nb\nc\n\nd");
  EXPECT_EQ(clean_text("", "x"), "");
}

TEST(CleanText, NamesTheLineOfANul) {
  try {
    clean_text(bytes("a\r\nb\0", 5), "x.csv");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.csv:2: a NUL"));
  }
}

TEST(Jsonl, AMarkIsNoPartOfTheFirstLine) {
  const test::TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.jsonl", "\xEF\xBB\xBF\r\n{\"a\":1}\r\n");
  int64_t line_of_value = 0;
  for_each_jsonl(folder.path() / "a.jsonl", false,
                 [&](int64_t line, const Json&) { line_of_value = line; });
  EXPECT_EQ(line_of_value, 2);
}

TEST(ShellWord, IsQuotedWhereItMustBe) {
  EXPECT_EQ(shell_word("data/a-1.json"), "data/a-1.json");
  EXPECT_EQ(shell_word("my data's.json"), "'my data'\\''s.json'");
}

}  // namespace
}  // namespace vrlt::io
