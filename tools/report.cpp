#include "vrlt/app/report.h"

#include <CLI/CLI.hpp>

#include "vrlt/app/command_line.h"

int main(int argc, char** argv) {
  CLI::App cli("Writes one self-contained HTML page about run folders.\n", "vrlt-report");
  std::vector<std::string> runs;
  std::string output = "report.html";
  cli.set_version_flag("--version", "vrlt-report " VRLT_VERSION);
  cli.add_option("runs", runs, "run folders of vrlt-train, vrlt-select or vrlt-eval");
  cli.add_option("--output", output, "the page to write");
  return vrlt::app::run_parsed(cli, argc, argv, [&] { return vrlt::app::run_report({runs.begin(), runs.end()}, output); });
}
