#pragma once

#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// The tags in which a prompt asks for the answer.
enum class AnswerTags {
  kNone,        ///< The answer alone.
  kAnswer,      ///< <answer>..</answer>
  kAnswerGlue,  ///< The same, then the spans that show it in <glue>..</glue>.
};

/// One row of the table of prompts: how a sample is put to the model, and what a good answer looks
/// like.
struct PromptEntry {
  const char* name;
  const char* help;
  bool think;                              ///< The response must hold a thinking block.
  AnswerTags tags;                         ///< What it must hold behind that.
  std::string (*question)(const Sample&);  ///< The user's text after the video.
  /// The ideal answer with its tags, for supervised fine-tuning.
  std::string (*answer)(const Sample&);
  const char* system = "";  ///< The system's text; "": that of the chat template.
  /// What stands before the subtitles, which stand before the question; null: none are shown.
  const char* subtitles_lead = nullptr;
  /// What the assistant's turn begins with: the response goes on from there.
  const char* answer_prefix = "";
  const char* read_prefix = nullptr;  ///< Set together with `answer_prefix`: see as_read.
};

std::span<const PromptEntry> prompt_table();

/// @throws ConfigError listing the known names.
const PromptEntry& find_prompt(const std::string& name);

/// The prompt of a sample: its own, or the usual one of the run.
const PromptEntry& prompt_of(const Sample& sample, const std::string& usual);

/// The options as a question writes them: "A. running", or "Sentence A: The man runs." in caption
/// matching, where the kind of label is that of the record's "answer_raw".
std::vector<std::string> option_lines(const Sample& sample);

/// The label of an option in those lines: "B", or "Sentence B" in caption matching.
std::string label_of(const Sample& sample, int64_t option);
inline std::string first_label(const Sample& sample) { return label_of(sample, 0); }

/// Whether the response begins inside a thinking block, because the assistant's turn was begun with
/// `<think>`.
bool opens_thinking(const PromptEntry& prompt);

/// The user's text after the video. @param subtitles  as the model is to read them; not looked at
/// where the prompt shows none.
std::string render_prompt(const PromptEntry& prompt, const Sample& sample,
                          const std::string& subtitles = {});

/// A response as the authors of the prompt read it: `read_prefix` and the response's first line,
/// where the assistant's turn began with a prefix; else the response itself.
std::string as_read(const PromptEntry& prompt, const std::string& response);

/// What supervised fine-tuning learns to say where a record has no "response" of its own: the
/// answer block, or the record's "thinking" in its tags before it.
enum class ReferenceTarget { kAnswer, kThinkAnswer };

/// @throws DataError if the sample has neither "response" nor label, or no thinking (text without
/// tags) where it is asked for; for a "response" that is no text.
std::string reference_response(const PromptEntry& prompt, const Sample& sample,
                               ReferenceTarget target = ReferenceTarget::kAnswer);

}  // namespace vrlt::data
