// The one table of fields and tasks, which documents show.
#include "vrlt/data/record_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_folders.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

TEST(RecordFields, StandInTheDocument) {
  const auto document = io::read_file(test::tests_dir().parent_path() / "docs/data.md", 1 << 20);
  EXPECT_THAT(document, testing::HasSubstr(record_reference()))
      << "put in what `vrlt-data convert --list fields` prints";
}

TEST(RecordFields, TasksAreThoseOfSamplesInTheirOrder) {
  int task = 0;
  for (const auto& row : task_table())
    EXPECT_EQ(parse_task(row.name), static_cast<Task>(task++)) << row.name;
  EXPECT_EQ(to_string(static_cast<Task>(task)), "?") << "all of them";
}

TEST(RecordFields, NamesAreKnownAndMisspeltOnesMeant) {
  for (const auto& field : record_field_table()) EXPECT_TRUE(is_record_field(field.name));
  EXPECT_FALSE(is_record_field("quesiton"));
  EXPECT_EQ(meant_field("quesiton", io::Json::object()), "question");
  EXPECT_EQ(meant_field("quesiton", {{"question", "q"}}), "") << "it is there already";
}

}  // namespace
}  // namespace vrlt::data
