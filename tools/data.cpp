#include <cstdio>
#include <string_view>

#include "vrlt/app/command_line.h"
#include "vrlt/app/synth.h"

int main(int argc, char** argv) {
  if (argc >= 2 && std::string_view(argv[1]) == "synth")
    return vrlt::app::run_program(argc - 1, argv + 1, "vrlt-data synth", "Renders labelled clips, their records, and a tiny model folder.", {},
                                  vrlt::app::run_synth);
  std::fputs("usage: vrlt-data synth CONFIG.yaml [key=value ...]   render labelled clips, their records, and a tiny model folder\n", stderr);
  return argc >= 2 && std::string_view(argv[1]) == "--help" ? 0 : 2;
}
