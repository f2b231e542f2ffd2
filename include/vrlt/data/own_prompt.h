#pragma once

#include <string>

#include "vrlt/data/prompt.h"

namespace vrlt::data {

// A prompt of the user's, in a YAML file:
//
//     system: You answer questions about videos.
//     question: |
//       {question}
//       {options}
//       Answer with one letter in <answer> </answer>.
//     answer: tags
//
// `question` is the user's text after the video. In it {question}, {options} (a line for each, as
// option_lines() writes them; a line that holds nothing else is left out where there are none) and
// {subtitles} are replaced; {{ and }} are braces. `answer` is what the text asks for, which
// rewards of layout and supervised targets follow: think (<think>..</think><answer>..</answer>),
// tags (<answer>..</answer>) or plain (the answer alone).

/// Whether the name of a prompt is the path of such a file: it ends in .yaml or .yml.
bool names_own_prompt(const std::string& name);

/// The prompt of a file, which is read once in a process; it is valid for good.
/// @throws MissingInputError; ConfigError with file:line:column for unknown keys and placeholders,
/// a question without {question}, or a brace that is not closed.
const PromptEntry& own_prompt(const std::string& path);

/// Whether it is one of these: it has no function for its question.
bool is_own(const PromptEntry& prompt);

/// The user's text. @param prompt  one of these.
std::string render_own(const PromptEntry& prompt, const Sample& sample,
                       const std::string& subtitles);

}  // namespace vrlt::data
