#include "vrlt/app/select.h"

#include "vrlt/command_line/run_program.h"

int main(int argc, char** argv) {
  return vrlt::command_line::run_program(
      argc, argv, "vrlt-select",
      "Samples K responses per record and keeps the records whose rewards vary.",
      {"selection_presets", "requirements", "scores", "strata", "rewards", "reward_presets",
       "prompts", "models"},
      vrlt::app::run_select);
}
