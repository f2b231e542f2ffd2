#include "vrlt/data/converter_table.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

class CharadesSta : public ::testing::Test {
 protected:
  Conversion convert(const std::string& text, bool strict = false) {
    io::write_file_atomic(path_, text);
    return data::convert(find_converter("charades_sta"),
                         {.annotations = path_, .split = "test", .strict = strict});
  }
  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "charades_sta_test.txt";
};

TEST_F(CharadesSta, SplitsAtTheFirstMarkerAndNumbersTheQueriesOfAVideo) {
  const auto conversion = convert(
      "AB1CD 24.3 30.4##a person turns a light on.\nAB1CD 0.0 5.1##person says ## twice.\r\nXY9ZZ "
      "1 2##person runs.");
  ASSERT_EQ(conversion.records().size(), 3u);
  EXPECT_TRUE(conversion.odd.repaired().empty());
  const auto first = parse_sample(conversion.records()[0], "test"),
             second = parse_sample(conversion.records()[1], "test");
  EXPECT_EQ(first.id, "charades_sta/test/AB1CD#0");
  EXPECT_EQ(first.video, "AB1CD.mp4");
  EXPECT_EQ(first.question, "a person turns a light on.");
  EXPECT_EQ(first.segments, (std::vector<Interval>{{24.3, 30.4}}));
  EXPECT_EQ(second.id, "charades_sta/test/AB1CD#1");
  EXPECT_EQ(second.question, "person says ## twice.");
  EXPECT_EQ(conversion.records()[2]["id"], "charades_sta/test/XY9ZZ#0");
}

TEST_F(CharadesSta, TurnsInvertedSpansAndKeepsEmptyOnes) {
  const auto conversion = convert("A 9 3##backwards.\nB 4.0 4.0##nothing.\n");
  ASSERT_EQ(conversion.records().size(), 2u);
  EXPECT_EQ(conversion.records()[0]["segments"].dump(), "[[3.0,9.0]]");
  EXPECT_EQ(conversion.records()[0]["flags"].dump(), "[\"gt_inverted_fixed\"]");
  EXPECT_EQ(conversion.records()[1]["flags"].dump(), "[\"gt_zero_length\"]");
  ASSERT_EQ(count_of(conversion.odd.repaired()), 1);
  const auto repaired = texts_of(conversion.odd.repaired()).front();
  EXPECT_NE(repaired.find(":1: "), std::string::npos) << repaired;
}

TEST_F(CharadesSta, NamesTheLineThatIsNotOfTheFormat) {
  for (const char* bad :
       {"A 1 2 no marker", "A x 2##s", "A 1##s", "##s", "A 1 2##", "A -1 2##s", "A nan 2##s"}) {
    const auto text = std::string("A 1 2##sound\n") + bad + "\n";
    const auto dropped = texts_of(convert(text).odd.dropped());
    ASSERT_EQ(dropped.size(), 1u) << bad;
    EXPECT_NE(dropped[0].find("charades_sta_test.txt:2: "), std::string::npos) << dropped[0];
    try {
      convert(text, /*strict=*/true);
      ADD_FAILURE() << bad;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("charades_sta_test.txt:2: "), std::string::npos)
          << error.what();
    }
  }
}

TEST(ConverterTable, UnknownFormatListsTheKnown) {
  try {
    find_converter("charades");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("known: charades_sta"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace vrlt::data
