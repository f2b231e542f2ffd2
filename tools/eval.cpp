#include "vrlt/app/eval.h"

#include <CLI/CLI.hpp>
#include <string_view>

#include "vrlt/command_line/run_program.h"

namespace {

using namespace vrlt::command_line;

const std::vector<std::string> kTables = {"benchmarks", "compat", "prompts", "models"};

const std::vector<KeyFlag> kFlags = {
    {"--limit", "data.max_samples", "N",
     "only the first N samples; where that leaves some out, the scores are marked as not "
     "comparable"},
    {"--ids", "ids", "ID,ID.. or FILE",
     "only these samples, or those of a file with an id on each line (an id that is also the name "
     "of a file is the id)",
     "[", "]"},
    {"--rescore", "rescore", nullptr, "score the answers that are there again; opens no model"},
    {"--predict-only", "predict_only", nullptr,
     "answer and write the submission files, score nothing: for splits whose labels are hidden"},
    {"--substring-groups", "substring_groups", nullptr,
     "official scores per group as lmms-eval takes them for Video-MME"},
    {"--official-judge-bug", "official_judge_bug", nullptr,
     "count an answer that is for a judge as the official scripts do when theirs fails"},
    {"--allow-errors", "allow_errors", nullptr, "end well although samples could not be asked"},
    {"--allow-partial", "allow_partial", nullptr,
     "print scores although the records are not all of the benchmark"},
};

int compare(int argc, char** argv) {
  CLI::App cli(
      "Compares two evaluations of the same samples, with intervals of the paired differences.\n",
      "vrlt-eval compare");
  std::string before, after;
  cli.add_option("BEFORE", before, "run folder of vrlt-eval")->required();
  cli.add_option("AFTER", after, "another, of the same records; comparison.json is written there")
      ->required();
  return run_parsed(cli, argc, argv, [&] { return vrlt::app::run_compare(before, after); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc >= 2 ? argv[1] : "";
  if (command == "compare") return compare(argc - 1, argv + 1);
  if (command == "suite")
    return run_program(argc - 1, argv + 1, "vrlt-eval suite",
                       "Runs the evaluations that a file names.", kTables, vrlt::app::run_suite,
                       kFlags);
  return run_program(argc, argv, "vrlt-eval",
                     "Answers and scores VideoQA, temporal grounding and grounded VideoQA. A "
                     "CONFIG.yaml with \"evals\" is a suite: several evaluations, "
                     "one after the other. Also: vrlt-eval compare BEFORE AFTER.",
                     kTables, vrlt::app::run_eval, kFlags);
}
