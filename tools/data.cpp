#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "vrlt/app/command_line.h"
#include "vrlt/app/convert.h"
#include "vrlt/app/synth.h"
#include "vrlt/core/error.h"

namespace {

constexpr const char* kUsage =
    "Makes and converts data.\n\n"
    "  vrlt-data synth CONFIG.yaml [key=value ...]              render labelled clips, their records, and a tiny model folder\n"
    "  vrlt-data convert FORMAT ANNOTATIONS --output RECORDS    turn the annotations of a data set into our records\n\n"
    "Each command has its own --help.\n";

int convert(int argc, char** argv) {
  CLI::App cli("Turns the annotations of a data set into a records file.\n", "vrlt-data convert");
  std::string format, annotations, output, split = "train", list;
  cli.add_option("format", format, "of the annotations; --list converters shows them all");
  cli.add_option("annotations", annotations, "the file as published");
  cli.add_option("--split", split, "goes into the ids: train, test, ...")->capture_default_str();
  cli.add_option("--output", output, "records file to write (JSON Lines)");
  cli.add_option("--list", list, "print a table and stop: converters");
  return vrlt::app::run_parsed(cli, argc, argv, [&] {
    if (!list.empty()) {
      vrlt::app::print_table(list);
      return 0;
    }
    if (format.empty() || annotations.empty() || output.empty())
      throw vrlt::ConfigError("usage: vrlt-data convert FORMAT ANNOTATIONS --output RECORDS.jsonl [--split train]");
    return vrlt::app::run_convert(format, annotations, split, output);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc >= 2 ? argv[1] : "";
  if (command == "synth")
    return vrlt::app::run_program(argc - 1, argv + 1, "vrlt-data synth", "Renders labelled clips, their records, and a tiny model folder.", {},
                                  vrlt::app::run_synth);
  if (command == "convert") return convert(argc - 1, argv + 1);
  const bool help = command == "--help" || command == "-h";
  std::fputs(kUsage, help ? stdout : stderr);
  return help ? 0 : 2;
}
