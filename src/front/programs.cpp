// What the programs in bin do with a command line, before LibTorch is loaded: print the config, or
// check it and hand over. These are the functions of include/vrlt/app as programs without LibTorch
// are linked with them.
#include <filesystem>
#include <string>
#include <vector>

#include "front/hand_over.h"
#include "vrlt/app/ask.h"
#include "vrlt/app/data.h"
#include "vrlt/app/doctor.h"
#include "vrlt/app/eval.h"
#include "vrlt/app/merge.h"
#include "vrlt/app/report.h"
#include "vrlt/app/select.h"
#include "vrlt/app/train.h"
#include "vrlt/command_line/printed_config.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/video_files.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/doctor/ask.h"
#include "vrlt/doctor/machine.h"
#include "vrlt/settings/model_folder.h"
#include "vrlt/settings/select_config.h"
#include "vrlt/settings/suite_config.h"
#include "vrlt/settings/synth_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::app {
namespace {

using Doubts = std::vector<std::string>;

bool is_one_of_several_ranks() {
  try {
    return distributed::detect_launch().world_size > 1;
  } catch (const ConfigError&) {
    return false;  // told by the program that runs, if the config is sound
  }
}

/// Loads a config only to see that it is sound, or to print it.
/// @param load  gets the place of doubts, which the program that runs tells: a second time would be
/// once too often.
template <typename Load>
int check_and_hand_over(const command_line::CommandLine& command, const Load& load) {
  try {
    Doubts doubts;
    const auto configs = load(doubts);
    if (!command.print_config) front::hand_over();
    for (const auto& doubt : doubts) log::warning(doubt);
    for (const auto& config : configs) command_line::print_config(command, config);
    return 0;
  } catch (const Error&) {
    // The other ranks wait for this one: the program that knows how to reach them fails again and
    // tells them.
    if (is_one_of_several_ranks()) front::hand_over();
    throw;
  }
}

}  // namespace

int run_train(const command_line::CommandLine& command) {
  return check_and_hand_over(command, [&](Doubts& doubts) {
    return std::vector{settings::load_train_config(command.config, command.overrides, &doubts)};
  });
}

int run_select(const command_line::CommandLine& command) {
  return check_and_hand_over(command, [&](Doubts& doubts) {
    return std::vector{settings::load_select_config(command.config, command.overrides, &doubts)};
  });
}

int run_synth(const command_line::CommandLine& command) {
  return check_and_hand_over(command, [&](Doubts&) {
    return std::vector{settings::load_synth_config(command.config, command.overrides)};
  });
}

int run_suite(const command_line::CommandLine& command) {
  return check_and_hand_over(
      command, [&](Doubts&) { return settings::load_suite(command.config, command.overrides); });
}

int run_eval(const command_line::CommandLine& command) {
  return check_and_hand_over(command, [&](Doubts&) {
    if (!command.config.empty() && settings::is_suite(command.config))
      return settings::load_suite(command.config, command.overrides);
    return std::vector{settings::load_eval_config(command.config, command.overrides)};
  });
}

int run_ask(const AskCommand& command) {
  data::video_files(command.videos);
  data::find_prompt(command.prompt);
  settings::check_model_folder(
      {.path = command.model.string(), .adapter = command.adapter.string()});
  front::hand_over();
}

/// Not handed over: that the libraries cannot be loaded is what a doctor is asked about.
int run_doctor(const DoctorCommand& command) {
  auto findings = doctor::look_at_machine();
  for (auto& finding : doctor::ask_about_libraries(front::program_with_libraries()))
    findings.push_back(std::move(finding));
  return doctor::tell(findings, command.json);
}

int run_compare(const std::filesystem::path&, const std::filesystem::path&) { front::hand_over(); }
int run_convert(const conversion::ConvertCommand&) { front::hand_over(); }
int run_check(const check::CheckCommand&) { front::hand_over(); }
int run_show(const showing::ShowCommand&) { front::hand_over(); }
int run_store_export(const conversion::StoreExportCommand&) { front::hand_over(); }
int run_export(const conversion::ExportCommand&) { front::hand_over(); }
int run_merge(const MergeCommand&) { front::hand_over(); }
int run_report(const std::vector<std::filesystem::path>&, const std::filesystem::path&) {
  front::hand_over();
}
void write_score_tables(const std::vector<std::filesystem::path>&, const ScoreTables&) {
  front::hand_over();
}

}  // namespace vrlt::app
