#include "vrlt/app/report.h"

#include <CLI/CLI.hpp>

#include "vrlt/app/eval.h"
#include "vrlt/command_line/run_program.h"

int main(int argc, char** argv) {
  CLI::App cli("Writes one self-contained HTML page about run folders.\n", "vrlt-report");
  std::vector<std::string> runs, compared;
  std::string output = "report.html";
  vrlt::app::ScoreTables tables;
  cli.set_version_flag("--version", "vrlt-report " VRLT_VERSION);
  cli.add_option("runs", runs, "run folders of vrlt-train, vrlt-select or vrlt-eval");
  cli.add_option("--compare", compared,
                 "two runs of vrlt-eval: pair them first, and show both with their differences")
      ->expected(2);
  auto* page = cli.add_option("--output", output, "the page to write");
  cli.add_option("--csv", tables.csv,
                 "write the scores of evaluations to this file instead: a line per task, way of "
                 "scoring and metric, unrounded");
  cli.add_option("--md", tables.markdown,
                 "write the scores of evaluations to this file instead, as the Markdown table that "
                 "papers and lmms-eval print");
  cli.add_option(
      "--lmms-format", tables.lmms_folder,
      "write the evaluations to this folder instead, as lmms-eval logs them: results and samples");
  cli.footer("With --csv, --md or --lmms-format the page is written too if --output names it.");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (!compared.empty()) vrlt::app::run_compare(compared[0], compared[1]);
    runs.insert(runs.end(), compared.begin(), compared.end());
    const std::vector<std::filesystem::path> folders(runs.begin(), runs.end());
    vrlt::app::write_score_tables(folders, tables);
    return tables.any() && page->count() == 0 ? 0 : vrlt::app::run_report(folders, output);
  });
}
