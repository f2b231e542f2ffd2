#include "vrlt/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  const fs::path& run() const { return folder_.path(); }
  fs::path at(const char* name) const { return run() / "checkpoints" / name; }

  void save(int64_t step) {
    save_checkpoint(run(), step, {.fill = [&](const fs::path& folder) {
                      io::create_folders(folder / "model");
                      io::write_file_atomic(folder / "model" / "weights.bin",
                                            "weights of step " + std::to_string(step));
                      io::write_file_atomic(folder / "state.json", "{}\n");
                    }});
  }
  int64_t latest() const {
    const auto found = find_latest_checkpoint(run());
    return found ? found->step : -1;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(run() / "checkpoints"))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(CheckpointTest, ThereIsNoneInANewRun) {
  EXPECT_EQ(latest(), -1);
  EXPECT_NO_THROW(prune_checkpoints(run(), 2));
}

TEST_F(CheckpointTest, TheNewestIsFound) {
  save(5);
  save(20);
  save(100);  // by number, not by name or time
  save(30);
  const auto found = find_latest_checkpoint(run());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->step, 100);
  EXPECT_EQ(found->folder, at("step-000100"));
  EXPECT_EQ(io::read_file(found->folder / "model" / "weights.bin", 100), "weights of step 100");
}

TEST_F(CheckpointTest, ManifestHasSizeAndHashOfEveryFile) {
  save(1);
  const auto manifest = io::read_json(at("step-000001") / "manifest.json");
  EXPECT_EQ(manifest["step"], 1);
  ASSERT_EQ(manifest["files"].size(), 2u);
  EXPECT_EQ(manifest["files"][0]["path"], "model/weights.bin");
  EXPECT_EQ(manifest["files"][0]["bytes"], 17);
  EXPECT_EQ(manifest["files"][0]["sha256"], io::sha256("weights of step 1"));
  EXPECT_EQ(manifest["files"][1]["path"], "state.json");
}

TEST_F(CheckpointTest, AFailedSaveLeavesThePreviousOneTheNewest) {
  save(1);
  const Content fails = {.fill = [](const fs::path& folder) {
    io::write_file_atomic(folder / "half", "written");
    throw DiskError("no space");
  }};
  EXPECT_THROW(save_checkpoint(run(), 2, fails), DiskError);
  EXPECT_EQ(latest(), 1);
  save(2);  // what the failed one left is in nobody's way
  EXPECT_EQ(latest(), 2);
  EXPECT_FALSE(fs::exists(at("step-000002") / "half"));
}

TEST_F(CheckpointTest, AKillBeforeTheRenameLeavesThePreviousOneTheNewest) {
  save(1);
  save(2);
  fs::rename(at("step-000002"), at("step-000002.tmp"));  // complete, but the rename never happened
  EXPECT_EQ(latest(), 1);
  prune_checkpoints(run(), 2);
  EXPECT_EQ(names(), std::vector<std::string>{"step-000001"});
}

struct Damage {
  const char* name;
  void (*apply)(const fs::path& checkpoint);
  const char* message;
};
void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

void change_manifest(const fs::path& checkpoint,
                     const std::function<void(io::Json& manifest)>& change) {
  auto manifest = io::read_json(checkpoint / "manifest.json");
  change(manifest);
  io::write_file_atomic(checkpoint / "manifest.json", manifest.dump());
}

io::Json piece(int64_t offset, int64_t bytes) {
  return {{"offset", offset}, {"bytes", bytes}, {"sha256", io::sha256("anything")}, {"rank", 0}};
}

class DamagedCheckpoint : public CheckpointTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedCheckpoint, IsSkippedWithAWarning) {
  save(1);
  save(2);
  GetParam().apply(at("step-000002"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(latest(), 1);
  const auto warning = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(warning, HasSubstr("step-000002"));
  EXPECT_THAT(warning, HasSubstr(GetParam().message));
  save(2);  // can be written again
  EXPECT_EQ(latest(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DamagedCheckpoint,
    ::testing::Values(
        Damage{"no_manifest", [](const fs::path& c) { fs::remove(c / "manifest.json"); },
               "manifest.json"},
        Damage{"torn_manifest", [](const fs::path& c) { fs::resize_file(c / "manifest.json", 20); },
               "manifest.json"},
        Damage{"manifest_without_files",
               [](const fs::path& c) {
                 io::write_file_atomic(c / "manifest.json", R"({"step": 2, "files": []})");
               },
               "\"files\" is []"},
        Damage{"manifest_of_another_step",
               [](const fs::path& c) { change_manifest(c, [](auto& json) { json["step"] = 7; }); },
               "\"step\" is 7, expected 2"},
        Damage{"manifest_that_leaves_out_the_state",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) { json["files"].erase(1); });
               },
               "state.json is not in its manifest"},
        Damage{"manifest_with_a_negative_size",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) { json["files"][0]["bytes"] = -17; });
               },
               "\"bytes\" is -17"},
        Damage{"manifest_with_a_number_for_a_hash",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) { json["files"][0]["sha256"] = 3; });
               },
               "\"sha256\" is 3"},
        Damage{"manifest_of_files_elsewhere",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) { json["files"][0]["path"] = "../../x"; });
               },
               "\"path\" is \"../../x\""},
        Damage{"manifest_with_a_gap_between_pieces",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) {
                   json["files"][0]["pieces"] = {piece(0, 5), piece(6, 11)};
                 });
               },
               "model/weights.bin: bytes 5 to 6 are in no piece"},
        Damage{"manifest_with_pieces_that_overlap",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) {
                   json["files"][0]["pieces"] = {piece(0, 5), piece(3, 14)};
                 });
               },
               "bytes 3 to 5 are in several pieces"},
        Damage{"manifest_with_pieces_that_end_too_early",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) {
                   json["files"][0]["pieces"] = {piece(0, 5), piece(5, 2)};
                 });
               },
               "bytes 7 to 17 are in no piece"},
        Damage{"manifest_with_pieces_behind_the_end",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) {
                   json["files"][0]["pieces"] = {piece(0, 5), piece(5, 14)};
                 });
               },
               "bytes 17 to 19 are behind the end"},
        Damage{"manifest_with_an_empty_piece",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) {
                   json["files"][0]["pieces"] = {piece(0, 0), piece(0, 17)};
                 });
               },
               "\"bytes\" is 0"},
        Damage{"manifest_with_no_pieces",
               [](const fs::path& c) {
                 change_manifest(
                     c, [](auto& json) { json["files"][0]["pieces"] = io::Json::array(); });
               },
               "bytes 0 to 17 are in no piece"},
        Damage{"manifest_that_removes_files_elsewhere",
               [](const fs::path& c) {
                 change_manifest(c, [](auto& json) { json["removed"] = {"../x"}; });
               },
               "\"removed\" is [\"../x\"]"},
        Damage{"manifest_that_is_a_list",
               [](const fs::path& c) { io::write_file_atomic(c / "manifest.json", "[]"); },
               "is [], expected an object"},
        Damage{"empty_manifest",
               [](const fs::path& c) { io::write_file_atomic(c / "manifest.json", "{}"); },
               "\"step\" is missing"},
        Damage{"manifest_of_another_kind",
               [](const fs::path& c) {
                 io::write_file_atomic(c / "manifest.json", R"({"step": 2, "files": [3]})");
               },
               "file 1: is 3"},
        Damage{"missing_file", [](const fs::path& c) { fs::remove(c / "model" / "weights.bin"); },
               "weights.bin is missing"},
        Damage{"truncated_file",
               [](const fs::path& c) { fs::resize_file(c / "model" / "weights.bin", 5); }, "size"},
        Damage{"grown_file",
               [](const fs::path& c) {
                 io::FileWriter(c / "state.json", io::FileWriter::Mode::kAppend).write("x");
               },
               "size"},
        Damage{"changed_byte",
               [](const fs::path& c) {
                 io::write_file_atomic(c / "model" / "weights.bin", "weights of step 3");
               },
               "hash"}),
    [](const auto& info) { return std::string(info.param.name); });

// A kill between the new manifest and the removal leaves the file; it does not count then.
TEST_F(CheckpointTest, FilesThatAreTakenOutLeaveItSound) {
  save(1);
  const Checkpoint checkpoint{1, at("step-000001")};
  const auto weights = checkpoint.folder / "model" / "weights.bin";
  const auto is_weights = [](const std::string& path) { return path == "model/weights.bin"; };
  remove_files(checkpoint, is_weights);
  EXPECT_FALSE(fs::exists(weights));
  EXPECT_EQ(files_of(checkpoint), std::vector<std::string>{"state.json"});
  EXPECT_EQ(latest(), 1);
  io::write_file_atomic(checkpoint.folder / "model" / "weights.bin", "left over");
  EXPECT_EQ(latest(), 1);
  remove_files(checkpoint, is_weights);
  EXPECT_FALSE(fs::exists(weights));
}

TEST_F(CheckpointTest, NothingSoundIsNothing) {
  save(1);
  fs::remove(at("step-000001") / "manifest.json");
  EXPECT_EQ(latest(), -1);
}

// A link to itself stands for a folder that cannot be listed: that says nothing about what it
// holds.
TEST_F(CheckpointTest, AFolderThatCannotBeListedIsAnErrorNotAnEmptyOne) {
  fs::create_symlink("checkpoints", run() / "checkpoints");
  EXPECT_THROW(latest(), DiskError);
  EXPECT_THROW(prune_checkpoints(run(), 1), DiskError);
  EXPECT_THROW(list_checkpoints(run()), DiskError);
}

TEST_F(CheckpointTest, AFileThatCannotBeReadIsAnErrorNotDamage) {
  save(1);
  save(2);
  fs::remove(at("step-000002") / "model" / "weights.bin");
  fs::create_symlink("weights.bin", at("step-000002") / "model" / "weights.bin");
  EXPECT_THROW(latest(), DiskError);
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(CheckpointTest, WhatACheckpointSaysIsLookedAtToo) {
  for (const int64_t step : {1, 2, 3}) save(step);
  const auto found = find_latest_checkpoint(run(), [](const Checkpoint& checkpoint) {
    if (checkpoint.step > 1) throw DataError(concat("nothing to go on from in ", checkpoint.step));
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->step, 1);
  EXPECT_THROW(find_latest_checkpoint(run(), [](const Checkpoint&) { throw DiskError("fails"); }),
               DiskError);
}

TEST_F(CheckpointTest, ARunFolderThatIsGoneIsNotMadeAgain) {
  const auto gone = run() / "gone";
  EXPECT_THROW(save_checkpoint(gone, 1, {.fill = [](const fs::path&) {}}), DiskError);
  EXPECT_FALSE(fs::exists(gone));
}

TEST_F(CheckpointTest, PruningKeepsTheNewestAndStrangers) {
  for (const int64_t step : {1, 2, 3, 10}) save(step);
  fs::create_directory(at("step-000011.tmp"));
  fs::create_directory(at("notes"));
  fs::create_directory(at("step-best"));
  prune_checkpoints(run(), 2);
  EXPECT_EQ(names(),
            (std::vector<std::string>{"notes", "step-000003", "step-000010", "step-best"}));
  EXPECT_EQ(latest(), 10);
}

TEST_F(CheckpointTest, AnUnwritableFolderIsADiskError) {
  io::write_file_atomic(run() / "checkpoints", "a file where a folder should be");
  EXPECT_THROW(save(1), DiskError);
}

}  // namespace
}  // namespace vrlt::checkpoint
