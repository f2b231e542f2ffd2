#include "vrlt/selection/sample_key.h"

#include <gtest/gtest.h>

#include <functional>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::selection {
namespace {

data::Sample question() {
  return {.id = "a",
          .task = data::Task::kTemporalGrounding,
          .video = "v.mp4",
          .question = "a \"q\"",
          .segments = {{0.1, 2.0}}};
}

}  // namespace

TEST(SampleKey, IsTheHashOfCanonicalJson) {
  // 0.1 with 17 digits is 0.10000000000000001.
  EXPECT_EQ(
      sample_key(question()),
      io::sha256(
          R"({"clip":["0",""],"gt":{"answer":null,"segments":[["0.10000000000000001","2"]]},"images":[],"options":[],)"
          R"("question":"a \"q\"","task":"tvg","video":"v.mp4"})"));
}

TEST(SampleKey, IsOfWhatIsAskedAndNotOfTheId) {
  const std::function<void(data::Sample&)> changes[] = {
      [](auto& s) { s.video = "w.mp4"; },          [](auto& s) { s.question = "other"; },
      [](auto& s) { s.options = {"x", "y"}; },     [](auto& s) { s.segments[0] = {0, 2}; },
      [](auto& s) { s.task = data::Task::kOpen; }, [](auto& s) { s.clip_start = 1; },
      [](auto& s) { s.answer_text = "other"; },    [](auto& s) { s.images = {"i.png"}; }};
  for (const auto& change : changes) {
    auto changed = question();
    change(changed);
    EXPECT_NE(sample_key(changed), sample_key(question()));
  }
  auto renamed = question();
  renamed.id = "second";
  EXPECT_EQ(sample_key(renamed), sample_key(question()));
}

TEST(SampleKey, TwiceTheSameIsAnError) {
  auto other = question();
  other.id = "second";
  try {
    check_keys({question(), other});
    ADD_FAILURE();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("samples a and second ask the same"),
              std::string::npos)
        << error.what();
  }
  other.question = "another";
  EXPECT_NO_THROW(check_keys({question(), other}));
}

}  // namespace vrlt::selection
