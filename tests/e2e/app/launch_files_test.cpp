// The files that clusters start runs by, under a srun, scontrol and torchrun of the test's own that
// start real processes.
#include <fstream>

#include "tests/e2e/app/small_world.h"
#include "tests/support/rank_processes.h"
#include "vrlt/core/error.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Starts SLURM_NTASKS processes with the variables of a step, as srun does; passes SIGUSR1 on; ends
/// with the highest code.
constexpr const char* kSrun = R"(#!/usr/bin/env bash
options=()
while [[ "$1" == --* ]]; do options+=("$1"); shift; done
echo "${options[@]}" > srun_options
ranks=()
for ((i = 0; i < SLURM_NTASKS; ++i)); do
  SLURM_PROCID=$i SLURM_LOCALID=$i SLURM_STEP_NUM_TASKS=$SLURM_NTASKS SLURM_STEP_NUM_NODES=1 \
    SLURM_STEP_ID=0 "$@" &
  ranks+=($!)
done
trap 'kill -USR1 "${ranks[@]}"' USR1
echo $$ > srun_process
highest=0
for rank in "${ranks[@]}"; do
  code=255
  # A signal interrupts wait: then the rank is still there.
  while wait "$rank"; code=$?; [ $code -gt 128 ] && kill -0 "$rank" 2>/dev/null; do :; done
  [ $code -gt $highest ] && highest=$code
done
exit $highest
)";

constexpr const char* kTorchrun = R"(#!/usr/bin/env bash
echo "$@" > torchrun_words
)";

class LaunchFiles : public ::testing::Test {
 protected:
  LaunchFiles() {
    add_program("srun", kSrun);
    add_program("scontrol", "#!/usr/bin/env bash\necho \"$@\" > scontrol_words\n");
    add_program("torchrun", kTorchrun);
  }

  void add_program(const std::string& name, const char* text) const {
    fs::create_directories(world_.folder() / "cluster");
    const auto path = world_.folder() / "cluster" / name;
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
  }

  /// @param job  its own variables.
  Process start(const std::vector<std::string>& words,
                std::map<std::string, std::string> job = {{"SLURM_NTASKS", "2"}}) const {
    auto options = world_.options();
    job.insert({{"PATH", (world_.folder() / "cluster").string() + ":/usr/bin:/bin"},
                {"VRLT_BIN", bin_dir().string()},
                {"SLURM_JOB_ID", std::to_string(port_.number())}});
    options.environment.merge(job);
    return Process("/bin/bash", words, options);
  }

  static std::vector<std::string> words(const std::string& file,
                                        std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     (tests_dir().parent_path() / "scripts/launch" / file).string());
    return arguments;
  }

  const SmallWorld& world_ = SmallWorld::get();
  ReservedPort port_;
};

TEST_F(LaunchFiles, OneNodeStartsARankForEachTask) {
  for (const char* file : {"one_node.sbatch", "nodes.sbatch"}) {
    const auto name = fs::path(file).stem().string();
    // Two that did not meet would want the same run folder, and one would be refused it.
    const auto result = start(words(file, {"train", "sft.yaml", "name=" + name, "steps=2"})).wait();
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(count_lines(world_.run_folder(name) / "metrics.jsonl"), 2);
    EXPECT_THAT(text_of(world_.folder() / "srun_options"), HasSubstr("--kill-on-bad-exit=0"));
  }
}

TEST_F(LaunchFiles, AnEvaluationIsALineOfTheFile) {
  world_.write("evaluations.txt",
               "eval.yaml name=first data.records=[data/test.jsonl]\n"
               "eval.yaml name=second data.records=[data/test.jsonl]\n");
  const auto run = [&](const char* task) {
    return start(words("evaluations.sbatch", {"evaluations.txt"}),
                 {{"SLURM_NTASKS", "1"}, {"SLURM_ARRAY_TASK_ID", task}})
        .wait();
  };
  const auto second = run("2");
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_TRUE(fs::exists(world_.run_folder("second") / "mcq/results.json"));
  EXPECT_FALSE(fs::exists(world_.run_folder("first")));
  const auto beyond = run("3");
  EXPECT_EQ(beyond.exit_code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("evaluations.txt has no line 3"));
}

TEST_F(LaunchFiles, APreemptedRunSavesGoesBackIntoTheQueueAndGoesOn) {
  const std::vector<std::string> arguments = {"train", "sft.yaml", "name=preempted", "steps=120"};
  const auto metrics = world_.run_folder("preempted") / "metrics.jsonl";
  auto process = start(words("preemptible.sbatch", arguments));
  ASSERT_TRUE(process.wait_until([&] { return count_lines(metrics) >= 2; }));
  ::kill(std::stoi(text_of(world_.folder() / "srun_process")), SIGUSR1);
  const auto stopped = process.wait();
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_EQ(text_of(world_.folder() / "scontrol_words"),
            "requeue " + std::to_string(port_.number()) + "\n");
  const auto again = start(words("preemptible.sbatch", arguments)).wait();
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("resuming after step "));
  EXPECT_EQ(count_lines(metrics), 120);
}

TEST_F(LaunchFiles, TorchrunGetsTheProgramBehindItsOwnOptions) {
  const auto run = [&](const std::vector<std::string>& arguments) {
    return start(words("torchrun.sh", arguments), {}).wait();
  };
  const auto result = run({"4", "--nnodes=2", "--", "train", "a b.yaml", "name=x"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(text_of(world_.folder() / "torchrun_words"),
            concat("--no-python --nproc-per-node=4 --nnodes=2 ",
                   (bin_dir() / "vrlt-train").string(), " a b.yaml name=x\n"));
  EXPECT_EQ(run({"4", "train", "a.yaml"}).exit_code, 2) << "without --";
}

}  // namespace
}  // namespace vrlt::test
