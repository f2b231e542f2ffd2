#include "vrlt/app/report.h"

#include <CLI/CLI.hpp>

#include "vrlt/app/command_line.h"
#include "vrlt/app/eval.h"

int main(int argc, char** argv) {
  CLI::App cli("Writes one self-contained HTML page about run folders.\n", "vrlt-report");
  std::vector<std::string> runs, compared;
  std::string output = "report.html";
  cli.set_version_flag("--version", "vrlt-report " VRLT_VERSION);
  cli.add_option("runs", runs, "run folders of vrlt-train, vrlt-select or vrlt-eval");
  cli.add_option("--compare", compared, "two runs of vrlt-eval: pair them first, and show both with their differences")->expected(2);
  cli.add_option("--output", output, "the page to write");
  return vrlt::app::run_parsed(cli, argc, argv, [&] {
    if (!compared.empty()) vrlt::app::run_compare(compared[0], compared[1]);
    runs.insert(runs.end(), compared.begin(), compared.end());
    return vrlt::app::run_report({runs.begin(), runs.end()}, output);
  });
}
