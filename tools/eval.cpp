#include "vrlt/app/eval.h"

#include <cstdio>
#include <string_view>

#include "vrlt/app/command_line.h"

int main(int argc, char** argv) {
  using namespace vrlt::app;
  if (argc >= 2 && std::string_view(argv[1]) == "compare") {
    return run_program(argc - 1, argv + 1, "vrlt-eval compare", "Compares two evaluation runs: vrlt-eval compare BEFORE AFTER", {},
                       [](const CommandLine& command) {
                         if (command.overrides.size() != 1) {
                           std::fputs("usage: vrlt-eval compare BEFORE AFTER\n", stderr);
                           return 2;
                         }
                         return run_compare(command.config, command.overrides.front());
                       });
  }
  return run_program(argc, argv, "vrlt-eval", "Answers and scores VideoQA, temporal grounding and grounded VideoQA.", {"prompts", "models"},
                     run_eval);
}
