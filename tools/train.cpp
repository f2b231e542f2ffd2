#include "vrlt/app/train.h"

#include "vrlt/app/command_line.h"

int main(int argc, char** argv) {
  return vrlt::app::run_program(
      argc, argv, "vrlt-train", "Trains a video language model by GRPO or supervised fine-tuning.",
      {"rewards", "reward_presets", "losses", "advantages", "kl", "aggregations", "ratios",
       "corrections", "compositions", "presets", "prompts", "models"},
      vrlt::app::run_train);
}
