// Every reward on a megabyte of text made to be slow: what the slowest text takes. The goal is 5
// ms.
#include <benchmark/benchmark.h>

#include <ctime>

#include "tests/support/hostile_texts.h"
#include "tests/support/reward_samples.h"
#include "tests/support/score_one.h"
#include "vrlt/rewards/reward_match.h"

namespace vrlt::rewards {
namespace {

RewardOptions options() {
  auto options = test::reward_options({"rouge_stemmer=true"});
  options.max_tokens = 100;
  return options;
}

/// Scores the text for a sample, or as one of a group of two. Copies of the text are made before.
struct Run {
  std::shared_ptr<Scorer> scorer;
  std::vector<RewardInput> inputs;
  void operator()() const {
    static const std::vector<double> accuracies(2, 1.0);
    const GroupInput group{inputs, accuracies, accuracies};
    benchmark::DoNotOptimize(scorer->score({&group, 1}));
  }
};

Run run_of(const RewardEntry& entry, const data::Sample& sample, const std::string& text) {
  std::shared_ptr<Scorer> scorer = entry.maker.make(options());
  const size_t count = scorer->compares() ? 2 : 1;
  return {std::move(scorer),
          std::vector<RewardInput>(count, {.sample = sample,
                                           .text = text,
                                           .num_tokens = 400,
                                           .prompt = &data::find_prompt("auto_think")})};
}

bool applies(const RewardEntry& entry, const data::Sample& sample) {
  return reads(entry, sample, options());
}

/// The beginning of a text without control characters or broken UTF-8, to say which one it was.
std::string printable_beginning(const std::string& text) {
  std::string beginning;
  for (const char c : text.substr(0, 40)) beginning += c >= ' ' && c < '\x7F' ? c : '?';
  return beginning;
}

void measure(benchmark::State& state, const RewardEntry& entry) {
  static const auto texts = test::adversarial_texts();
  static const auto all_samples = test::reward_samples();
  const std::string* slowest_text = nullptr;
  const data::Sample* slowest_sample = nullptr;
  std::vector<data::Sample> samples;
  for (const auto& sample : all_samples)
    if (applies(entry, sample)) samples.push_back(sample);
  std::clock_t slowest{};  // processor time: other programs do not disturb it
  for (const auto& text : texts)
    for (const auto& sample : samples) {
      const auto run = run_of(entry, sample, text);
      const auto start = std::clock();
      run();
      if (const auto taken = std::clock() - start; slowest_text == nullptr || taken > slowest) {
        slowest = taken;
        slowest_text = &text;
        slowest_sample = &sample;
      }
    }
  const auto run = run_of(entry, *slowest_sample, *slowest_text);
  for (auto _ : state) run();
  state.SetLabel(data::to_string(slowest_sample->task) + " " + printable_beginning(*slowest_text));
}

}  // namespace
}  // namespace vrlt::rewards

int main(int argc, char** argv) {
  for (const auto& entry : vrlt::rewards::reward_table())
    benchmark::RegisterBenchmark(entry.name, [&entry](benchmark::State& state) {
      vrlt::rewards::measure(state, entry);
    })->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
