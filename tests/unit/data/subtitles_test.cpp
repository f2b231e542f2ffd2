#include "vrlt/data/subtitles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Subtitles : public testing::Test {
 protected:
  std::vector<Cue> load(const std::string& bytes) {
    io::write_file_atomic(path(), bytes);
    return load_subtitles(path());
  }
  std::string error_of(const std::string& bytes) {
    try {
      load(bytes);
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }
  std::filesystem::path path() const { return folder_.path() / "a.srt"; }
  test::TemporaryFolder folder_;
};

Cue said(double start, double end, const std::string& text) {
  return {start, end, "<font color=\"white\" size=\".72c\">" + text + "</font>"};
}

}  // namespace

TEST_F(Subtitles, BlocksAreCues) {
  const auto cues = load(
      "1\n00:00:01,500 --> 00:01:02,000\nfirst\nsecond line\n\n\n2\n01:00:00,250 --> "
      "01:00:01,000\nlast");
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_EQ(cues[0].start_seconds, 1.5);
  EXPECT_EQ(cues[0].end_seconds, 62.0);
  EXPECT_EQ(cues[0].text, "first second line");
  EXPECT_EQ(cues[1].start_seconds, 3600.25);
  EXPECT_EQ(cues[1].text, "last");
}

// As the official reader: no text, no cue; of the same times the later text at the place of the
// earlier.
TEST_F(Subtitles, EmptyAndRepeatedBlocks) {
  const auto cues = load(
      "1\n00:00:00,000 --> 00:00:01,000\n\n2\n00:00:01,000 --> "
      "00:00:02,000\nold\n\n3\n00:00:02,000 --> 00:00:03,000\nb\n\n"
      "4\n00:00:01,000 --> 00:00:02,000\nnew\n");
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_EQ(cues[0].text, "new");
  EXPECT_EQ(cues[1].text, "b");
}

TEST_F(Subtitles, LineEndsOfAllKindsAndBytesThatAreNoText) {
  const auto cues = load(
      "\xEF\xBB\xBF"
      "1\r\n00:00:00,000 --> 00:00:01,000\r\nhe\xFF"
      "llo\r\n\r\n2\r00:00:01,000 --> 00:00:02,000\rb\r");
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_EQ(cues[0].text, "he\xEF\xBF\xBDllo");
  EXPECT_EQ(cues[1].text, "b");
}

TEST_F(Subtitles, MalformedTimesNameTheirLine) {
  EXPECT_THAT(error_of("1\n00:00:00,000 --> 00:00:01,000\na\n\n2\nnever --> later\nb\n"),
              HasSubstr("a.srt:6: expected the times of a cue"));
  for (const char* times :
       {"00:00:00 --> 00:00:01", "00:00:00,000 -> 00:00:01,000", "-1:00:00,000 --> 00:00:01,000",
        "00:00:00,000 --> ", "9999999999:00:00,000 --> 00:00:01,000"})
    EXPECT_THAT(error_of(std::string("1\n") + times + "\na\n"), HasSubstr("a.srt:2: ")) << times;
}

TEST_F(Subtitles, HostileFiles) {
  EXPECT_TRUE(load("").empty());
  EXPECT_TRUE(load(std::string(1 << 20, '\n')).empty());
  EXPECT_TRUE(load(std::string(1 << 20, 'x')).empty()) << "one line is no block";
  EXPECT_THROW(load(std::string((16 << 20) + 1, 'x')), DataError);
  EXPECT_THROW(load_subtitles(folder_.path() / "none.srt"), MissingInputError);
}

// numpy.linspace(0, 99, 4, dtype=int) is 0 33 66 99; of 8 frames of 100: 99/7 = 14.14: 0 14 28 42
// 56 70 84 99.
TEST(SpreadFrames, AsLinspaceRoundedDown) {
  EXPECT_THAT(spread_frames(100, 4), ElementsAre(0, 33, 66, 99));
  EXPECT_THAT(spread_frames(100, 8), ElementsAre(0, 14, 28, 42, 56, 70, 84, 99));
  EXPECT_THAT(spread_frames(3, 5), ElementsAre(0, 0, 1, 1, 2)) << "more than there are";
  EXPECT_THAT(spread_frames(4, -1), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(spread_frames(9, 1), ElementsAre(0));
  EXPECT_TRUE(spread_frames(0, 32).empty());
}

// At 10 frames per second "a" lasts from frame 0 to before 10, "b" from 10 to before 20, "c" from
// 20 to before 30.
TEST(SubtitlesAt, CuesThatAFrameLiesIn) {
  const std::vector<Cue> cues = {said(0, 1, "a"), said(1, 2, "b"), said(2, 3, "c")};
  EXPECT_EQ(subtitles_at(cues, {0, 9, 20}, 10), "a\nc");
  EXPECT_EQ(subtitles_at(cues, {10, 19}, 10), "b") << "the end is not within";
  EXPECT_EQ(subtitles_at(cues, {30}, 10), "");
  EXPECT_EQ(subtitles_at(cues, {}, 10), "");
  // int(0.19 * 10) = 1 and int(0.21 * 10) = 2: from frame 1 to before 2
  EXPECT_EQ(subtitles_at({said(0.19, 0.21, "short")}, {1}, 10), "short");
  EXPECT_EQ(subtitles_at({said(0.11, 0.19, "none")}, {1}, 10), "")
      << "from frame 1 to before frame 1";
}

TEST(SubtitlesAt, TextIsThatOfTheFontTag) {
  const std::vector<Cue> cues = {{0, 1, "no tag"},
                                 said(0, 1, ""),
                                 {0, 1,
                                  "x <font color=\"white\" size=\".72c\">one</font> and <font "
                                  "color=\"white\" size=\".72c\">two</font>"},
                                 {0, 1, "<font color=\"white\" size=\".72c\">open"}};
  EXPECT_EQ(subtitles_at(cues, {0}, 25), "\none") << "an empty tag is an empty line";
}

TEST(SubtitlesAt, HostileTimes) {
  EXPECT_EQ(subtitles_at({said(1e18, 1e19, "late")}, {0, 5}, 1e9), "");
}

}  // namespace vrlt::data
