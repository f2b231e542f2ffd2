// Thinking models: the prompt ends within a thought, and what a response or a target is follows
// from that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/processor/processor.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;

/// A folder of Qwen3-VL without weights, with one of the family's two templates.
class PromptEnds : public ::testing::Test {
 protected:
  processor::Processor processor_with(const std::string& jinja) const {
    const auto folder = folder_.path() / jinja;
    fs::create_directory(folder);
    const auto golden = test::golden3_dir();
    for (const char* file : {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"})
      fs::copy(golden / "tokenizer/mini" / file, folder);
    fs::copy(golden / "models/tiny_tied/config.json", folder);
    fs::copy(golden / "chat_template" / jinja, folder / "chat_template.jinja");
    return processor::Processor(load_prompt_format(folder));
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(PromptEnds, OfAThinkingModelIsWithinAThought) {
  const auto thinking = processor_with("thinking.jinja")({}, "", "When?"),
             instruct = processor_with("instruct.jinja")({}, "", "When?");
  EXPECT_EQ(instruct.text, "<|im_start|>user\nWhen?<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(instruct.turn_prefix, "");
  EXPECT_EQ(thinking.text, instruct.text + "<think>\n");
  EXPECT_EQ(thinking.turn_prefix, "<think>\n") << "a response is read behind it";
  // <think> is a token, and so is the line feed
  EXPECT_EQ(thinking.input_ids.size(0), instruct.input_ids.size(0) + 2);
}

// docs/spec/qwen3_vl.md#chat-templates: thought, </think>, an empty line, answer.
TEST_F(PromptEnds, TargetsAreWhatStandsBehind) {
  const auto thinking = processor_with("thinking.jinja"),
             instruct = processor_with("instruct.jinja");
  const auto& format = thinking.format();
  EXPECT_EQ(format.continuation("<think>I see it.</think><answer>1.0 to 2.0</answer>"),
            "I see it.\n</think>\n\n<answer>1.0 to 2.0</answer>");
  EXPECT_EQ(format.continuation("I see it.</think>\n\n<answer>B</answer>"),
            "I see it.\n</think>\n\n<answer>B</answer>");
  EXPECT_EQ(format.continuation("<answer>B</answer>"), "\n</think>\n\n<answer>B</answer>")
      << "an empty thought";
  EXPECT_EQ(instruct.format().continuation("<think>a</think>b"), "<think>a</think>b");
}

TEST_F(PromptEnds, AnAnswerIsNotBegunTwice) {
  const auto thinking = processor_with("thinking.jinja"),
             instruct = processor_with("instruct.jinja");
  EXPECT_THROW(thinking({}, "", "When?", "<answer>"), ConfigError);
  EXPECT_TRUE(instruct({}, "", "When?", "<answer>").text.ends_with("assistant\n<answer>"));
}

}  // namespace
}  // namespace vrlt::model
