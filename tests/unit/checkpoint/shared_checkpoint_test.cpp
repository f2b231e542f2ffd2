// Checkpoints that several ranks write and read together.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_folder.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace {

namespace fs = std::filesystem;
using distributed::ProcessGroup;
using ::testing::HasSubstr;

NamedTensors tensors_of(int64_t step) {
  return {{"a", at::arange(100'000, at::kFloat) + step},
          {"b", at::full({3, 1000}, 0.5 * static_cast<double>(step))}};
}

class SharedCheckpoint : public testing::Test {
 protected:
  static Content content(int64_t step, const ProcessGroup& group) {
    const auto tensors = tensors_of(step);
    return {.fill =
                [step](const fs::path& folder) {
                  io::write_file_atomic(folder / "state.json", std::to_string(step));
                },
            .tensors = {{RangedFiles("model/model", specs_of(tensors)),
                         share_of(tensors, group.rank(), group.world_size())},
                        {RangedFiles("optimizer", specs_of(tensors), /*max_shard_bytes=*/300'000),
                         share_of(tensors, group.rank(), group.world_size())}}};
  }
  void save(int ranks, int64_t step, const std::string& run = "run") {
    fs::create_directories(path(run));
    test::ThreadRanks(ranks).run([&](ProcessGroup& group) {
      save_checkpoint(path(run), step, content(step, group), group);
    });
  }
  /// The step that every one of so many ranks finds; -1: none.
  int64_t latest(int ranks, const CheckContent& check = {}) {
    std::vector<int64_t> steps(static_cast<size_t>(ranks), -1);
    test::ThreadRanks(ranks).run([&](ProcessGroup& group) {
      const auto found = find_latest_checkpoint(path("run"), check, group);
      if (found) steps[static_cast<size_t>(group.rank())] = found->step;
    });
    for (const auto step : steps) EXPECT_EQ(step, steps.front());
    return steps.front();
  }
  fs::path path(const std::string& run) const { return folder_.path() / run; }
  fs::path checkpoint(const std::string& run, const char* name = "step-000001") const {
    return path(run) / "checkpoints" / name;
  }
  /// Changes one byte of a file, the tenth from its end.
  static void damage(const fs::path& file) {
    auto bytes = io::read_file(file, 1 << 24);
    bytes.at(bytes.size() - 10) ^= 1;
    io::write_file_atomic(file, bytes);
  }

  test::TemporaryFolder folder_;
};

TEST_F(SharedCheckpoint, HoldsTheSameBytesForAnyNumberOfRanks) {
  std::map<std::string, std::string> of_one;
  for (const int ranks : {1, 2, 3, 4}) {
    const auto run = std::to_string(ranks);
    save(ranks, 1, run);
    std::map<std::string, std::string> files;
    for (const auto& file : io::list_files_below(checkpoint(run)))
      if (file != "manifest.json")
        files[file.string()] = io::read_file(checkpoint(run) / file, 1 << 24);
    EXPECT_EQ(files.size(), 5U) << "the model, two shards of the optimizer, their index, the state";
    if (of_one.empty()) of_one = files;
    EXPECT_EQ(files, of_one) << ranks << " ranks";
  }
}

TEST_F(SharedCheckpoint, ItsManifestSaysWhoWroteWhatAndThatOfOneRankIsAsEver) {
  save(1, 1, "one");
  const auto one = io::read_json(checkpoint("one") / "manifest.json");
  for (const auto& file : one["files"]) {
    EXPECT_EQ(file.size(), 3U) << file;
    EXPECT_EQ(file["sha256"], io::sha256_file(checkpoint("one") / file["path"].get<std::string>()));
  }
  save(3, 1, "three");
  const auto model = io::read_json(checkpoint("three") / "manifest.json")["files"][0];
  EXPECT_EQ(model["path"], "model/model.safetensors");
  EXPECT_FALSE(model.contains("sha256"));
  ASSERT_EQ(model["pieces"].size(), 3U);
  for (int rank = 0; rank < 3; ++rank) EXPECT_EQ(model["pieces"][rank]["rank"], rank);
}

TEST_F(SharedCheckpoint, IsFoundByAnyOtherNumberOfRanks) {
  save(3, 1);
  for (const int ranks : {1, 2, 4}) EXPECT_EQ(latest(ranks), 1);
  save(1, 2);
  for (const int ranks : {1, 2, 4}) EXPECT_EQ(latest(ranks), 2);
}

// Whichever rank reads the piece, all hear of it.
TEST_F(SharedCheckpoint, ADamagedNewestOneIsSkippedByAllAndSaid) {
  save(3, 1);
  save(3, 2);
  damage(checkpoint("run", "step-000002") / "optimizer-00001-of-00002.safetensors");
  for (const int ranks : {1, 2, 4}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(latest(ranks), 1);
    const auto warning = testing::internal::GetCapturedStderr();
    EXPECT_THAT(warning, HasSubstr("step-000002/optimizer-00001-of-00002.safetensors: bytes "));
    EXPECT_THAT(warning, HasSubstr("have another hash than its manifest says"));
  }
  fs::remove(checkpoint("run", "step-000001") / "optimizer.safetensors.index.json");
  EXPECT_EQ(latest(2), -1);
}

TEST_F(SharedCheckpoint, IsLookedIntoOnRankZeroForAll) {
  save(2, 1);
  save(2, 2);
  EXPECT_EQ(latest(3,
                   [](const Checkpoint& checkpoint) {
                     if (checkpoint.step == 2) throw DataError("nothing to go on from");
                   }),
            1);
  const auto fails = [](const Checkpoint&) { throw DiskError("cannot be read"); };
  EXPECT_THROW(latest(3, fails), DiskError);
}

/// What each of three ranks ends with where one of them fails.
class FailingSave : public SharedCheckpoint {
 protected:
  std::vector<std::string> errors(int64_t step,
                                  const std::function<Content(const ProcessGroup&)>& make) {
    std::vector<std::string> messages(3);
    test::ThreadRanks(3).run([&](ProcessGroup& group) {
      try {
        save_checkpoint(path("run"), step, make(group), group);
      } catch (const Error& error) {
        messages[static_cast<size_t>(group.rank())] =
            concat(static_cast<int>(error.exit_code()), " ", error.what());
      }
    });
    return messages;
  }
};

class FailureOfOneRank : public FailingSave, public testing::WithParamInterface<int> {};

TEST_P(FailureOfOneRank, EndsTheSaveOfAllAndLeavesTheOlderOne) {
  save(3, 1);
  const auto messages = errors(2, [&](const ProcessGroup& group) {
    auto made = content(2, group);  // its files are other ones than rank 0 has made
    if (group.rank() == GetParam())
      made.tensors[1].files = RangedFiles("elsewhere", specs_of(tensors_of(2)));
    return made;
  });
  const bool made_elsewhere = GetParam() == 0;  // then it is the others that find nothing
  for (size_t rank = 0; rank < 3; ++rank) {
    EXPECT_THAT(messages[rank], testing::StartsWith("74 ")) << rank;
    EXPECT_THAT(messages[rank], HasSubstr(made_elsewhere ? "/optimizer-0000" : "/elsewhere.safe"));
    EXPECT_THAT(messages[rank], HasSubstr("cannot open for writing: No such file"));
    if (static_cast<int>(rank) != std::max(GetParam(), 1)) {
      EXPECT_THAT(messages[rank], HasSubstr(concat("rank ", std::max(GetParam(), 1), ": ")));
    }
  }
  EXPECT_FALSE(fs::exists(checkpoint("run", "step-000002.tmp"))) << "its space is given back";
  EXPECT_EQ(latest(3), 1);
  save(3, 2);
  EXPECT_EQ(latest(3), 2);
}

INSTANTIATE_TEST_SUITE_P(Ranks, FailureOfOneRank, testing::Values(0, 1, 2),
                         testing::PrintToStringParamName());

TEST_F(FailingSave, TensorsThatNobodyWroteAreNoCheckpoint) {
  fs::create_directories(path("run"));
  const auto messages = errors(1, [&](const ProcessGroup& group) {
    auto made = content(1, group);
    if (group.rank() == 1) made.tensors[0].pieces.clear();
    return made;
  });
  for (const auto& message : messages) {
    EXPECT_THAT(message, testing::StartsWith("65 "));
    EXPECT_THAT(message, HasSubstr("model/model.safetensors: bytes "));
    EXPECT_THAT(message, HasSubstr("are in no piece"));
  }
  EXPECT_EQ(latest(1), -1);
}

TEST_F(SharedCheckpoint, IsReadBackByOtherRanksBeforeItCounts) {
  fs::create_directories(path("run"));
  test::ThreadRanks(3).run([&](ProcessGroup& group) {
    auto made = content(1, group);
    made.read_back = true;
    save_checkpoint(path("run"), 1, made, group);
  });
  EXPECT_EQ(latest(2), 1);
}

TEST_F(SharedCheckpoint, WhatAnInterruptedSaveLeftIsRemoved) {
  save(2, 1);
  fs::create_directories(checkpoint("run", "step-000002.tmp") / "model");
  remove_unfinished(path("run"));
  EXPECT_FALSE(fs::exists(checkpoint("run", "step-000002.tmp")));
  EXPECT_EQ(latest(1), 1);
}

}  // namespace
}  // namespace vrlt::checkpoint
