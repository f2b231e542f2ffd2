#include "vrlt/app/doctor.h"

#include <CLI/CLI.hpp>

#include "vrlt/command_line/run_program.h"

int main(int argc, char** argv) {
  CLI::App cli("Tells what this machine and this installation can do, what not, and why.\n",
               "vrlt-doctor");
  vrlt::app::DoctorCommand command;
  cli.set_version_flag("--version", "vrlt-doctor " VRLT_VERSION);
  cli.add_flag("--json", command.json, "a line of JSON, for programs and for reports of bugs");
  cli.add_flag("--libraries", command.libraries,
               "only LibTorch, GPUs, FFmpeg and tables, as a line of JSON");
  cli.footer(
      "What a run of a config needs is told by vrlt-train CONFIG.yaml --dry-run, and by vrlt-data "
      "check --config CONFIG.yaml.\n\n"
      "exit codes: 0 everything works (there may be notes), 1 something would not work");
  return vrlt::command_line::run_parsed(cli, argc, argv,
                                        [&] { return vrlt::app::run_doctor(command); });
}
