#include "vrlt/app/ask.h"

#include <CLI/CLI.hpp>

#include "vrlt/command_line/run_program.h"
#include "vrlt/core/error.h"

namespace {

constexpr const char* kUsage =
    "usage: vrlt-ask --model DIR VIDEO... \"question\" (or VIDEO... --question \"...\"); see "
    "--help";

/// What was typed without a flag: videos, and behind them the question where no flag gives one.
void take_positional(const std::vector<std::string>& positional, vrlt::app::AskCommand& command) {
  auto end = positional.end();
  if (command.questions.empty() && !command.reads_questions && positional.size() >= 2)
    command.questions.push_back(*--end);
  command.videos.assign(positional.begin(), end);
  if (command.model.empty() || command.videos.empty() ||
      (command.questions.empty() && !command.reads_questions))
    throw vrlt::ConfigError(kUsage);
  if (command.options.size() == 1)
    throw vrlt::ConfigError("--option is given once; a choice has two options or more");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli("Asks a video language model about videos.\n", "vrlt-ask");
  vrlt::app::AskCommand command;
  std::vector<std::string> positional;
  cli.set_version_flag("--version", "vrlt-ask " VRLT_VERSION);
  cli.add_option("video", positional,
                 "VIDEO... \"question\": files, or folders of them, and the question");
  cli.add_option("--model", command.model,
                 "Hugging Face folder: of a download, or checkpoints/step-*/model of a run");
  cli.add_option("--adapter", command.adapter, "folder of a LoRA adapter beside it");
  cli.add_option("-q,--question", command.questions,
                 "a question; give it again for more of them: the video is read once")
      ->allow_extra_args(false);
  cli.add_flag("--ask-on", command.reads_questions,
               "then read questions from standard input, one a line, until it ends");
  cli.add_option("--option", command.options, "an option to choose from; give it two times or more")
      ->allow_extra_args(false);
  cli.add_option(
         "--prompt", command.prompt,
         "how the question is put (vrlt-train --list prompts), or a .yaml file of your own; "
         "auto_short: as it is")
      ->capture_default_str();
  cli.add_flag("--json", command.json, "a line of JSON for each answer");
  cli.add_option("--fps", command.fps, "frames taken per second")->check(CLI::Range(0.001, 1000.0));
  cli.add_option("--num-frames", command.num_frames, "take so many frames instead")
      ->check(CLI::Range(2, 1 << 20));
  cli.add_option("--max-frames", command.max_frames, "take at most so many")
      ->check(CLI::Range(2, 1 << 20));
  cli.add_option("--max-pixels", command.max_pixels, "of a frame, at most")
      ->check(CLI::Range(784, 1 << 30));
  cli.add_option("--max-new-tokens", command.max_new_tokens, "longest answer")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  cli.add_option("--temperature", command.temperature, "0: always the most likely token")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  cli.add_option("--seed", command.seed, "of sampling")->capture_default_str();
  cli.add_option("--dtype", command.dtype, "of the weights")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->capture_default_str();
  cli.add_option("--device", command.device, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  cli.footer(
      "An answer stands with the time spans that it states, and the frames and tokens it took.\n\n"
      "examples:\n"
      "  vrlt-ask --model /models/Qwen2.5-VL-3B-Instruct clip.mp4 \"When does the dog jump?\"\n"
      "  vrlt-ask --model DIR clip.mp4 -q \"What is red?\" -q \"And what is blue?\"\n"
      "  vrlt-ask --model DIR clip.mp4 --option red --option blue \"What colour is the square?\"\n"
      "  vrlt-ask --model DIR videos/ --json \"What happens?\" > answers.jsonl\n\n"
      "exit codes: 0 done, 2 usage, 65 a video or the model cannot be read (other videos are "
      "answered), 66 not there, 75 stopped");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    take_positional(positional, command);
    return vrlt::app::run_ask(command);
  });
}
