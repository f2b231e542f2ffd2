#include "vrlt/app/train.h"

#include "vrlt/command_line/run_program.h"

int main(int argc, char** argv) {
  return vrlt::command_line::run_program(
      argc, argv, "vrlt-train", "Trains a video language model by GRPO or supervised fine-tuning.",
      {"rewards", "reward_presets", "losses", "advantages", "kl", "aggregations", "ratios",
       "corrections", "compositions", "presets", "prompts", "models"},
      vrlt::app::run_train, {}, vrlt::command_line::SearchesFit::kYes);
}
