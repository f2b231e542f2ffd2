#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/jsonl_lines.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/io/files.h"

namespace vrlt::test {

/// A dozen rendered clips with three questions each, a tiny model that learned to answer a little,
/// and configs for every program: made once per process, by the programs themselves. Programs run
/// in its folder, so that all paths in configs are relative.
class SmallWorld {
 public:
  static const SmallWorld& get() {
    static const SmallWorld world;
    return world;
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path run_folder(const std::string& name) const {
    return folder() / "runs" / name;
  }

  ProcessOptions options() const {
    return {.working_folder = folder(), .environment = {{"OMP_NUM_THREADS", "1"}}};
  }
  static std::filesystem::path program(const std::string& name) { return test::bin_dir() / name; }

  ProcessResult run(const std::string& name, const std::vector<std::string>& arguments) const {
    return Process(program(name), arguments, options()).wait();
  }

  /// A file in the folder.
  void write(const std::string& name, const std::string& text) const {
    io::write_file_atomic(folder() / name, text);
  }

 private:
  SmallWorld();
  void must_run(const std::string& name, const std::vector<std::string>& arguments) const {
    const auto result = run(name, arguments);
    if (result.exit_code != 0) throw std::runtime_error(name + " failed:\n" + result.err);
  }

  TemporaryFolder folder_;
};

inline SmallWorld::SmallWorld() {
  const std::string common =
      "data: {records: [data/train.jsonl], root: data/videos, prompt: auto_short}\n"
      "video: {fps: 1.0, max_frames: 4, min_pixels: 784, max_pixels: 784}\n";
  write("synth.yaml",
        "output: data\ntrain_clips: 12\ntest_clips: 2\nmodel: {text_width: 24, text_layers: 1, "
        "vision_width: 16, vision_layers: 1}\n");
  write("sft.yaml",
        "name: sft\noutput: runs\ntrainer: sft\nsteps: 60\nprompts_per_step: 4\nmicro_batch: 2\n"
        "model: {path: data/model, init: random, freeze_vision: false}\noptim: {lr: "
        "1.0e-3}\ncheckpoint: {every: 4}\n" +
            common);
  write(
      "grpo.yaml",
      "name: grpo\noutput: runs\nsteps: 40\nprompts_per_step: 3\nmicro_batch: 2\nmodel: {path: "
      "warm, freeze_vision: false}\n"
      "rollout: {group_size: 3, max_new_tokens: 24}\noptim: {lr: 1.0e-3}\ncheckpoint: {every: 3}\n"
      "rewards: [{name: temporal_iou, weight: 1.0}, {name: choice, weight: 1.0}, {name: "
      "grounded_qa, weight: 1.0}]\n" +
          common);
  write("select.yaml",
        "name: select\noutput: runs\nbatch: 2\nmodel: {path: warm}\nrollout: {group_size: 3, "
        "max_new_tokens: 24}\n" +
            common);
  write("eval.yaml",
        "name: eval\noutput: runs\nbatch: 2\nmodel: {path: warm}\ngeneration: {max_new_tokens: "
        "24}\n" +
            common);
  must_run("vrlt-data", {"synth", "synth.yaml"});
  // Few enough steps that answers are well formed and still differ: GRPO and selection need rewards
  // that vary.
  must_run("vrlt-train", {"sft.yaml", "name=warm", "steps=40", "prompts_per_step=12",
                          "micro_batch=12", "optim.lr=0.01", "checkpoint.every=1000"});
  std::filesystem::rename(run_folder("warm") / "checkpoints/step-000040/model", folder() / "warm");
}

inline std::string text_of(const std::filesystem::path& path) {
  constexpr uint64_t kMaxBytes = 64 << 20;
  return io::read_file(path, kMaxBytes);
}

/// Whole lines of a file that may be being written; 0 if it is not there.
inline int64_t count_lines(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

/// Entries of a folder whose names end in `suffix`; 0 if it is not there.
inline int64_t count_entries(const std::filesystem::path& folder, const std::string& suffix = "") {
  std::error_code error;
  int64_t count = 0;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    count += entry->path().string().ends_with(suffix);
  return count;
}

/// Asserts equal bytes, and shows the first lines that differ.
inline void expect_same_file(const std::filesystem::path& expected,
                             const std::filesystem::path& actual) {
  ASSERT_TRUE(std::filesystem::exists(expected)) << expected;
  ASSERT_TRUE(std::filesystem::exists(actual)) << actual;
  const auto a = text_of(expected), b = text_of(actual);
  if (a == b) return;
  size_t begin = 0, line = 1;
  for (size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i)
    if (a[i] == '\n') {
      begin = i + 1;
      ++line;
    }
  const auto shown = [&](const std::string& text) {
    return text.substr(std::min(begin, text.size()),
                       std::min<size_t>(400, text.find('\n', begin) - begin));
  };
  ADD_FAILURE() << expected << " and " << actual << " differ at line " << line << "\n  expected "
                << shown(a) << "\n  actual   " << shown(b);
}

}  // namespace vrlt::test
