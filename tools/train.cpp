#include "vrlt/app/train.h"

#include "vrlt/app/command_line.h"

int main(int argc, char** argv) {
  return vrlt::app::run_program(argc, argv, "vrlt-train", "Trains a video language model by GRPO or supervised fine-tuning.",
                                {"rewards", "presets", "losses", "advantages", "prompts", "models"}, vrlt::app::run_train);
}
