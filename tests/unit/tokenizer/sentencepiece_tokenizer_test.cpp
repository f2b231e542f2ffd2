#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/golden_rows.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/tokenizer/sentencepiece_trainer.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::tokenizer {
namespace {

using Ids = std::vector<int64_t>;

std::vector<std::string> sentences() {
  std::vector<std::string> lines;
  for (const char* color : {"red", "green", "blue", "yellow"})
    for (const char* shape : {"circle", "square", "triangle"})
      for (int second = 0; second < 10; ++second) {
        const auto span = std::to_string(second) + ".0 to " + std::to_string(second + 2) + ".5";
        lines.push_back(std::string("when ") + color + " " + shape + " is visible ?\n" + span);
      }
  return lines;
}

class SentencePiece : public testing::Test {
 protected:
  void SetUp() override {
    train_sentencepiece(sentences(), 400, folder_.path());
    tokenizer_ = load_tokenizer(folder_.path());
  }
  std::string round_trip(const std::string& text) const {
    return tokenizer_->decode(tokenizer_->encode(text), /*skip_special_tokens=*/false);
  }
  int64_t id(const std::string& token) const { return tokenizer_->token_to_id(token).value(); }

  test::TemporaryFolder folder_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace

TEST_F(SentencePiece, DecodesWhatItEncodes) {
  for (const std::string text :
       {"when red circle is visible ?", "12.5 to 17.0", " leading and trailing ",
        "two  spaces\t\ttabs", "line\nfeed\n\n",
        "never seen: \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x8E\xA5", "caf\xC3\xA9 and cafe\xCC\x81", "",
        " ", "\n", "<b>&amp;</b>", "A. red B. blue"})
    EXPECT_EQ(test::printable(round_trip(text)), test::printable(text));
}

TEST_F(SentencePiece, LearnsPiecesOfItsText) {
  EXPECT_LT(tokenizer_->encode("when red circle is visible ?").size(), 28U) << "28 characters";
  EXPECT_GT(tokenizer_->vocab_size(), 256) << "every byte has a token";
}

TEST_F(SentencePiece, IdsAreBelowTheVocabularySize) {
  for (const int64_t id : tokenizer_->encode(
           "<|im_start|>user\nwhen red circle ? \xE4\xBD\xA0<answer>3.0</answer><|im_end|>")) {
    EXPECT_GE(id, 0);
    EXPECT_LT(id, tokenizer_->vocab_size());
  }
}

TEST_F(SentencePiece, AddedTokensAreOneIdEach) {
  const std::string text = "<|im_start|>red<answer>blue</answer><|im_end|>";
  const auto ids = tokenizer_->encode(text);
  EXPECT_EQ(ids.front(), id("<|im_start|>"));
  EXPECT_EQ(ids.back(), id("<|im_end|>"));
  EXPECT_THAT(ids, testing::Contains(id("<answer>")));
  EXPECT_EQ(tokenizer_->decode(ids, false), text);
  EXPECT_EQ(tokenizer_->decode(ids, true), "red<answer>blue</answer>")
      << "answer tags are text that the rewards read";
  EXPECT_EQ(tokenizer_->encode("<|video_pad|><|video_pad|>"),
            (Ids{id("<|video_pad|>"), id("<|video_pad|>")}));
  EXPECT_NE(tokenizer_->encode("<|video_pad|").front(), id("<|video_pad|>"));
}

// Around an added token both sides are encoded on their own: the ids of the whole are those of the
// parts.
TEST_F(SentencePiece, AddedTokensSeparateTheirSides) {
  auto parts = tokenizer_->encode("when red");
  parts.push_back(id("<|vision_end|>"));
  for (const int64_t token : tokenizer_->encode(" circle")) parts.push_back(token);
  EXPECT_EQ(tokenizer_->encode("when red<|vision_end|> circle"), parts);
}

TEST_F(SentencePiece, InvalidUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(round_trip("a\xFF z"), "a\xEF\xBF\xBD z");
  EXPECT_EQ(round_trip("cut \xE4\xBD"), "cut \xEF\xBF\xBD");  // one for the maximal malformed part
  EXPECT_EQ(round_trip(std::string("nul\0byte", 8)), std::string("nul\0byte", 8));
}

TEST_F(SentencePiece, IdsWithoutATokenGiveNothing) {
  EXPECT_EQ(tokenizer_->decode(Ids{-1, tokenizer_->vocab_size(), 1'000'000'000}, false), "");
  EXPECT_FALSE(tokenizer_->token_to_id("no such token").has_value());
}

TEST_F(SentencePiece, TrainingIsDeterministic) {
  const test::TemporaryFolder other;
  train_sentencepiece(sentences(), 400, other.path());
  for (const char* name : {"tokenizer.model", "tokenizer_config.json"})
    EXPECT_EQ(io::sha256_file(other.path() / name), io::sha256_file(folder_.path() / name)) << name;
}

TEST(LoadTokenizer, NamesWhatIsMissing) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(load_tokenizer(folder.path()), MissingInputError);
  io::write_file_atomic(folder.path() / "tokenizer.model", "not a model");
  EXPECT_THROW(load_tokenizer(folder.path()), DataError);
}

}  // namespace vrlt::tokenizer
