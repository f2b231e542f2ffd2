// A prompt of the user's own, in a file.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

}  // namespace

// The file of a prompt is an input of the run, and what it asks for is what a layout is paid by.
TEST(OwnPrompt, IsTrainedWith) {
  world().write("mine.yaml",
                "system: You see a video.\nquestion: |\n  {question}\n  {options}\nanswer: tags\n");
  const std::vector<std::string> arguments = {
      "grpo.yaml",          "name=own-prompt",       "steps=1",
      "prompts_per_step=3", "data.prompt=mine.yaml", "rewards=[format_asked, choice]"};
  const auto result = world().run("vrlt-train", arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto run = world().run_folder("own-prompt");
  EXPECT_THAT(text_of(run / "inputs.json"),
              HasSubstr(io::sha256_file(world().folder() / "mine.yaml")));
  EXPECT_TRUE(lines_of(run / "metrics.jsonl").at(0).contains("reward/format_asked"));

  world().write("wrong.yaml", "question: '{question} {option}'\n");
  const auto wrong =
      world().run("vrlt-train", {"grpo.yaml", "name=wrong", "data.prompt=wrong.yaml"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("wrong.yaml:1:1: question holds {option}, expected one of"));
}

}  // namespace vrlt::test
