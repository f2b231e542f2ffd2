// What a model may answer: the rewards' parsers and the evaluation's grammars give a value in [0, 1] for any bytes, and never throw.
#include "vrlt/rewards/answer_parser.h"

#include "tests/fuzz/fuzz_input.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/rewards/reward_table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  static const data::Sample kSamples[] = {
      {.id = "m", .task = data::Task::kMultipleChoice, .question = "Which?", .options = {"red", "a blue ball", "it's 3.5"}, .answer_option = 1},
      {.id = "t", .task = data::Task::kTemporalGrounding, .question = "a ball rolls", .segments = {{2.5, 7.5}}},
      {.id = "g",
       .task = data::Task::kGroundedQa,
       .question = "Which?",
       .options = {"red", "blue"},
       .answer_option = 0,
       .segments = {{1, 2}, {4, 9}}},
  };
  const std::string text(fuzz::text_of(data, size));
  const auto in_range = [&](double value, const std::string& what) { fuzz::require(value >= 0.0 && value <= 1.0, what + " is in [0, 1]"); };
  for (const auto& sample : kSamples) {
    for (const auto& entry : rewards::reward_table()) in_range((*entry.make())({sample, text}).value, entry.name);
    const auto score = evaluation::find_benchmark(sample.task).score(sample, text);
    for (const auto& [name, value] : score.metrics) in_range(value, name);
    io::to_line(score.parsed);
    rewards::parse_choice(text, sample.options);
    rewards::parse_grounded_answer(text, sample.options);
  }
  rewards::parse_spans(text);
  return 0;
}
