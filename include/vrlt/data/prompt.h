#pragma once

#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// One row of the table of prompts: how a sample is put to the model, and what a good answer looks like.
struct PromptEntry {
  const char* name;
  const char* help;
  bool think;                              ///< The response must hold a thinking block.
  std::string (*question)(const Sample&);  ///< The user's text after the video.
  std::string (*answer)(const Sample&);    ///< The ideal response, for supervised fine-tuning.
  const char* system = "";                 ///< The system's text; "": that of the chat template.
};

std::span<const PromptEntry> prompt_table();

/// @throws ConfigError listing the known names.
const PromptEntry& find_prompt(const std::string& name);

/// The options as a question writes them: "A. running", or "Sentence A: The man runs." in caption matching, where the kind of label is
/// that of the record's "answer_raw".
std::vector<std::string> option_lines(const Sample& sample);

inline std::string render_prompt(const PromptEntry& prompt, const Sample& sample) { return prompt.question(sample); }
inline std::string reference_response(const PromptEntry& prompt, const Sample& sample) { return prompt.answer(sample); }

}  // namespace vrlt::data
