// What a model may answer: every reward and the evaluation's reading give a value in their range
// for any bytes, and never throw.
#include "tests/fuzz/fuzz_input.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/rewards/reward_function.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  static const data::Sample kSamples[] = {
      {.id = "m",
       .task = data::Task::kMultipleChoice,
       .question = "Which?",
       .options = {"red", "a blue ball", "it's 3.5"},
       .answer_option = 1},
      {.id = "t",
       .task = data::Task::kTemporalGrounding,
       .question = "a ball rolls",
       .segments = {{2.5, 7.5}}},
      {.id = "g",
       .task = data::Task::kGroundedQa,
       .question = "Which?",
       .options = {"red", "blue"},
       .answer_option = 0,
       .segments = {{1, 2}, {4, 9}}},
      {.id = "y", .task = data::Task::kYesNo, .question = "Is it?", .answer_text = "yes"},
      {.id = "c",
       .task = data::Task::kCaptionMatch,
       .question = "Which?",
       .options = {"A man runs.", "A man sits."},
       .answer_option = 1},
  };
  const std::string text(fuzz::text_of(data, size));
  const auto in_range = [&](double value, const std::string& what, double low = 0.0,
                            double high = 1.0) {
    fuzz::require(value >= low && value <= high, what + " is in its range");
  };
  for (const auto& sample : kSamples) {
    for (const auto& entry : rewards::reward_table()) {
      const std::vector<rewards::RewardInput> inputs = {{sample, text}, {sample, text, 400, true}};
      const auto value = entry.needs_control ? 0.0
                                             : rewards::RewardFunction({{entry.name, 1.0}})
                                                   .score_group(inputs)
                                                   .front()
                                                   .components.front()
                                                   .value;
      in_range(value, entry.name, std::min(0.0, entry.minimum), entry.maximum);
    }
    const auto score = evaluation::find_strict(sample.task).score(sample, text);
    for (const auto& [name, value] : score.metrics) in_range(value, name);
    io::to_line(score.parsed);
    for (const auto& profile : evaluation::compat_table())
      for (const auto& [name, value] : profile.score(sample, text, 0).metrics)
        in_range(value, std::string(profile.name) + " " + name);
  }
  return 0;
}
