#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::showing {

/// What `vrlt-data show` is asked to do.
struct ShowCommand {
  std::vector<std::filesystem::path> records;  ///< Empty: those of the config.
  /// Of vrlt-train, vrlt-select or vrlt-eval: its model, prompt, frames, targets and rewards.
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::string id;                ///< Of the sample; empty: the first.
  std::filesystem::path output;  ///< The page to write; empty: the sample goes to the terminal.
  bool lists_tokens = false;     ///< On the terminal: every token with its id. A page has them.
};

/// Shows one sample as a run of the config would put it to the model: the conversation with its
/// tokens, the frames with their times, what supervised training would teach, and what each reward
/// wants, tried on an ideal answer. No weights are opened.
/// @throws ConfigError; DataError, also if no record has the id; MissingInputError, DiskError.
int run_show(const ShowCommand& command);

}  // namespace vrlt::showing
