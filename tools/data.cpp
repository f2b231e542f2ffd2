#include "vrlt/app/data.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "vrlt/app/merge.h"
#include "vrlt/command_line/run_program.h"
#include "vrlt/command_line/tables.h"
#include "vrlt/core/error.h"

namespace {

constexpr const char* kUsage =
    "Makes, converts, checks, shows and exports data, and merges adapters.\n\n"
    "  vrlt-data synth CONFIG.yaml [key=value ...]              render labelled clips, their "
    "records, and a tiny model folder\n"
    "  vrlt-data convert FORMAT ANNOTATIONS --output RECORDS    turn the annotations of a data set "
    "into our records; --list shows the formats\n"
    "  vrlt-data check RECORDS... --data-root FOLDER            count the records, and check them "
    "and the files they name\n"
    "  vrlt-data check --config CONFIG.yaml                     the same, and what that run would "
    "make of each record\n"
    "  vrlt-data show RECORDS... --config CONFIG.yaml           show one sample as the model sees "
    "it: tokens, frames, targets, rewards; --output writes a page\n"
    "  vrlt-data export FORMAT RECORDS... --output FILE         write what the scripts of other "
    "projects read; --list shows the formats\n"
    "  vrlt-data merge BASE ADAPTER OUTPUT                      write a model folder with a LoRA "
    "adapter merged into its weights\n\n"
    "Each command has its own --help.\n";

int convert(int argc, char** argv) {
  CLI::App cli("Turns the annotations of a data set into a records file.\n", "vrlt-data convert");
  vrlt::conversion::ConvertCommand command;
  auto& request = command.request;
  std::string list;
  cli.add_option("format", command.format, "of the annotations; --list shows them all");
  cli.add_option("annotations", request.annotations, "the file or folder as published");
  cli.add_option("--output", command.output,
                 "records file to write (JSON Lines); a .meta.json with sources, repairs and drops "
                 "goes beside it");
  cli.add_option("--split", request.split,
                 "goes into the ids: train, test, ...; each format has its usual one");
  cli.add_option("--data-root", request.data_root,
                 "where the videos are: finds those that end in .mkv, .webm, ... in place of .mp4, "
                 "and makes absolute paths below it relative");
  cli.add_option("--video-folder", request.video_folder,
                 "folder of the videos below the data root: goes before every video's path");
  cli.add_option("--path-prefix", request.path_prefix,
                 "taken off the start of every path that has it, such as the folder of the videos "
                 "on another machine");
  cli.add_option("--task", request.task,
                 "what all items ask for, where their answers do not tell: mcq, tvg, open, ...");
  cli.add_option("--map", request.columns,
                 "which columns of a table hold what: FIELD=COLUMN,... with id, question, options, "
                 "answer, segments, start, end, video, images, duration, ...");
  cli.add_option("--durations", request.durations,
                 "Charades_v1_train.csv or Charades_v1_test.csv: durations of the videos");
  cli.add_option("--subtitles", request.subtitles,
                 "folder of the .srt files; records name it by its last part");
  cli.add_option("--layout", request.layout,
                 "of the videos, where there are several: main or video");
  cli.add_option("--frames-fps", request.frames_fps,
                 "videos are folders of pictures 00001.jpg, ... at this rate")
      ->check(CLI::Range(0.001, 1000.0));
  cli.add_option("--video-length", command.video_length,
                 "what fractions of a video are of: field (annotated), or of the file: probe "
                 "(duration) or sampled (frames by rate)");
  cli.add_flag("--strict", request.strict,
               "end at the first odd item, with its place; else odd items are repaired or dropped, "
               "counted and named");
  cli.add_flag("--list{converters}", list,
               "print the formats, what each reads and which options it takes, and stop");
  cli.footer(
      "examples:\n"
      "  vrlt-data convert charades_sta charades_sta_test.txt --split test --durations "
      "Charades_v1_test.csv --output charades_sta.test.jsonl\n"
      "  vrlt-data convert nextgqa NExT-GQA/datasets/nextgqa --split val --output "
      "nextgqa.val.jsonl\n"
      "  vrlt-data convert chat my_llava.json --data-root videos --output my.jsonl   (LLaVA, "
      "ShareGPT, ms-swift, LLaMA-Factory, TRL, EasyR1, verl)\n"
      "  vrlt-data convert table my.csv --map question=Q,options=a:b:c:d,answer=label,video=clip "
      "--output my.jsonl\n"
      "  vrlt-data convert videomme test-00000-of-00001.parquet --subtitles Video-MME/subtitle "
      "--output "
      "videomme.test.jsonl");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (!list.empty()) {
      vrlt::command_line::print_table(list);
      return 0;
    }
    if (command.format.empty() || request.annotations.empty() || command.output.empty())
      throw vrlt::ConfigError(
          "usage: vrlt-data convert FORMAT ANNOTATIONS --output RECORDS.jsonl [--split test]; "
          "--list shows the formats");
    return vrlt::app::run_convert(command);
  });
}

/// Whether an argument beside a config is key=value, and no file of that name.
bool is_override(const std::string& argument) {
  return argument.find('=') != std::string::npos && !std::filesystem::exists(argument);
}

int check(int argc, char** argv) {
  CLI::App cli("Counts records, and checks them and the files they name.\n", "vrlt-data check");
  vrlt::check::CheckCommand command;
  std::vector<std::string> records;
  cli.add_option(
      "records", records,
      "records files (JSON Lines); with --config those of the config, and key=value for its keys");
  cli.add_option("--config", command.config,
                 "of vrlt-train, vrlt-select or vrlt-eval: plans each record as its run would, and "
                 "matches it with the rewards");
  cli.add_option("--data-root", command.data_root,
                 "where videos, images and subtitles are; without it only the records are checked");
  cli.add_option(
      "--fill", command.fill,
      "write the records there, with the durations of their videos where they have none");
  cli.add_option("--report", command.report,
                 "write the counts and every finding to this file (JSON)");
  cli.add_option("--threads", command.threads, "that open videos")->capture_default_str();
  cli.footer(
      "exit codes: 0 nothing broken or missing (there may be warnings), 65 broken records or "
      "videos, 66 missing files");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    for (const auto& item : records) {
      if (!command.config.empty() && is_override(item))
        command.overrides.push_back(item);
      else
        command.records.emplace_back(item);
    }
    return vrlt::app::run_check(command);
  });
}

int show(int argc, char** argv) {
  CLI::App cli(
      "Shows one sample as a run would put it to the model: the conversation with its tokens, the "
      "frames with their times, what supervised training would teach, and what each reward wants. "
      "No weights are opened.\n",
      "vrlt-data show");
  vrlt::showing::ShowCommand command;
  std::vector<std::string> records;
  cli.add_option("records", records,
                 "records files (JSON Lines), those of the config if none is named; and key=value "
                 "for keys of the config");
  cli.add_option("--config", command.config, "of vrlt-train, vrlt-select or vrlt-eval");
  cli.add_option("--id", command.id, "of the sample; without it the first");
  cli.add_option("--output", command.output, "write an HTML page instead, with the frames in it");
  cli.add_flag("--tokens", command.lists_tokens, "list every token with its id");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (command.config.empty())
      throw vrlt::ConfigError(
          "usage: vrlt-data show [RECORDS...] --config CONFIG.yaml [--id ID] [--output x.html]");
    for (const auto& item : records)
      if (is_override(item))
        command.overrides.push_back(item);
      else
        command.records.emplace_back(item);
    return vrlt::app::run_show(command);
  });
}

int export_records(int argc, char** argv) {
  CLI::App cli(
      "Writes records, or the answers of an evaluation, as the scripts of other projects read "
      "them; and the answers that a selection has stored as targets and preferences.\n",
      "vrlt-data export");
  vrlt::conversion::ExportCommand command;
  bool list = false;
  cli.add_option("format", command.format, "of the output; --list shows them all");
  cli.add_option("records", command.records,
                 "records files (JSON Lines); of best_of and pairs: the folder of a selection");
  cli.add_option("--samples", command.samples, "samples.jsonl of an evaluation of these records");
  cli.add_option("--output", command.output,
                 "file to write; a folder if the format has several files");
  vrlt::conversion::StoreExportCommand store;
  cli.add_option("--min-accuracy", store.min_accuracy,
                 "of best_of and pairs: that the best answer must have")
      ->capture_default_str();
  cli.add_option("--min-gap", store.min_gap, "of pairs: by which their rewards must differ")
      ->capture_default_str();
  cli.add_flag("--list", list, "print the formats and stop");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (list) {
      vrlt::command_line::print_table("exporters");
      return 0;
    }
    if (command.format.empty() || command.records.empty() || command.output.empty())
      throw vrlt::ConfigError(
          "usage: vrlt-data export FORMAT RECORDS.jsonl... --output FILE [--samples "
          "samples.jsonl]; of the store of a selection: vrlt-data export best_of|pairs RUN "
          "--output RECORDS.jsonl; --list shows the formats");
    const bool best_of = command.format == "best_of", pairs = command.format == "pairs";
    if (cli.count("--min-gap") > 0 && !pairs)
      throw vrlt::ConfigError("--min-gap has no effect but on the format pairs");
    if (cli.count("--min-accuracy") > 0 && !best_of && !pairs)
      throw vrlt::ConfigError("--min-accuracy has no effect but on the formats best_of and pairs");
    if (!best_of && !pairs) return vrlt::app::run_export(command);
    if (command.records.size() != 1 || !command.samples.empty())
      throw vrlt::ConfigError(
          "usage: vrlt-data export " + command.format +
          " RUN --output RECORDS.jsonl, where RUN is the folder of a run of vrlt-select");
    using enum vrlt::conversion::StoreExport;
    store.what = best_of ? kBestOf : kPairs;
    store.run = command.records.front();
    store.output = command.output;
    return vrlt::app::run_store_export(store);
  });
}

int merge(int argc, char** argv) {
  CLI::App cli(
      "Writes a Hugging Face folder whose weights hold those of a LoRA adapter: W + scale B A, "
      "computed in float32 and rounded once.\n",
      "vrlt-data merge");
  vrlt::app::MergeCommand command;
  cli.add_option("base", command.base, "Hugging Face folder of the model");
  cli.add_option("adapter", command.adapter,
                 "folder of the adapter: checkpoints/step-*/adapter of a run, or one of PEFT's");
  cli.add_option("output", command.output, "folder to write; must not be there");
  cli.add_option("--dtype", command.dtype,
                 "float32: keep what the rounding of a narrower base would lose of a young adapter")
      ->check(CLI::IsMember({"float32"}));
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (command.base.empty() || command.adapter.empty() || command.output.empty())
      throw vrlt::ConfigError("usage: vrlt-data merge BASE ADAPTER OUTPUT [--dtype float32]");
    return vrlt::app::run_merge(command);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc >= 2 ? argv[1] : "";
  if (command == "synth")
    return vrlt::command_line::run_program(
        argc - 1, argv + 1, "vrlt-data synth",
        "Renders labelled clips, their records, and a tiny model folder.", {},
        vrlt::app::run_synth);
  if (command == "convert") return convert(argc - 1, argv + 1);
  if (command == "check") return check(argc - 1, argv + 1);
  if (command == "show") return show(argc - 1, argv + 1);
  if (command == "export") return export_records(argc - 1, argv + 1);
  if (command == "merge") return merge(argc - 1, argv + 1);
  if (command == "--version") {
    std::puts("vrlt-data " VRLT_VERSION);
    return 0;
  }
  const bool help = command == "--help" || command == "-h";
  if (!help && !command.empty())
    std::fprintf(stderr, "vrlt-data: unknown command \"%s\"\n\n", argv[1]);
  std::fputs(kUsage, help ? stdout : stderr);
  return help ? 0 : 2;
}
