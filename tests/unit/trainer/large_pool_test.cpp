// Limits that protect from foreign files do not apply to what the program itself writes and reads
// again, in files and between ranks.
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "trainer/saved_state.h"
#include "trainer/step/scored_group.h"
#include "trainer/streams/group_accuracy.h"
#include "trainer/streams/prompt_stream.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::trainer {
namespace {

constexpr int64_t kForeignLimit = 1 << 19;  // values in one JSON text, see io::JsonLimits

TEST(LargePool, ResponsesOfARankMayHaveAnyNumber) {
  std::vector<ResponseRow> rows;
  for (int64_t i = 0; i <= kForeignLimit / 8; ++i)  // a row has eight values and more
    rows.push_back(
        {.position = i, .sample_id = "s", .components = {0.5}, .total = 0.5, .length = 1});
  EXPECT_EQ(gather_rows(rows, distributed::single_process()).size(), rows.size());
}

TEST(LargePool, AccuraciesOfARankMayHaveAnyNumber) {
  std::vector<GroupAccuracy> groups;
  for (int64_t i = 0; i <= kForeignLimit / 8; ++i)
    groups.push_back({{i, i}, selection::reward_statistics(std::vector<double>(8, 1.0), false)});
  EXPECT_EQ(gather_accuracies(groups, distributed::single_process()).size(), groups.size());
}

TEST(LargePool, TheStateOfEveryRuleIsReadAgain) {
  // the epoch filter names each sample twice
  std::vector<data::Sample> pool(static_cast<size_t>(kForeignLimit / 2 + 1));
  for (size_t i = 0; i < pool.size(); ++i) pool[i].id = concat("s", i);
  settings::TrainConfig config;
  for (const char* rule : {"epoch_filter", "memory_bank"}) {
    config.online_selection.rule = rule;
    config.online_selection.get<settings::MemoryBankRule>().bank.capacity = std::ssize(pool);
    const auto stream = make_prompt_stream(config.online_selection, pool, config.seed);
    const auto drawn = stream->next(0, 3, {});
    if (stream->replays()) {
      std::vector<GroupAccuracy> groups;
      for (int64_t i = 0; i < std::ssize(pool); ++i)
        groups.push_back({{i, i}, selection::reward_statistics({0.0, 1.0}, false)});
      stream->observe(groups);
    }
    SavedState state{.step = 1, .updates = 1};
    stream->store(state.trainer);
    const test::TemporaryFolder folder;
    io::write_file_atomic(folder.path() / "state.json", to_json(state).dump(2));
    const auto again = make_prompt_stream(config.online_selection, pool, config.seed);
    again->restore(read_state(folder.path(), 1, 1).trainer, 0);
    const auto expected = stream->next(1, 5, {}), actual = again->next(1, 5, {});
    for (size_t i = 0; i < 5; ++i) EXPECT_EQ(actual[i].sample, expected[i].sample) << rule;
  }
}

TEST(LargePool, UnreadableSamplesAreRemembered) {
  SavedState state{.step = 1};
  for (int64_t i = 0; i <= kForeignLimit; ++i) state.bad_samples.insert(concat("s", i));
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "state.json", to_json(state).dump());
  EXPECT_EQ(read_state(folder.path(), 1, 1).bad_samples.size(), state.bad_samples.size());
}

}  // namespace
}  // namespace vrlt::trainer
