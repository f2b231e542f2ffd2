#pragma once

#include <string>
#include <vector>

#include "data/converters/annotation_fields.h"

namespace vrlt::data {

/// A question of a conversation and what answers it.
struct ChatTurn {
  std::string question;  ///< Without placeholders of media.
  io::Json answer;       ///< Null: nothing does.
};

/// A file that a row names: its path, and what a list of parts says of it.
struct ChatMedia {
  std::string path;
  io::Json settings;  ///< The object that it stands in, or null.
};

/// What a row of another project holds, whatever its fields are called.
struct ChatRow {
  std::vector<ChatTurn> turns;
  std::vector<ChatMedia> videos, images;
};

/// Reads a row. Questions and answers stand in "conversations" (from, value: LLaVA, ShareGPT),
/// "messages" or "prompt" (role, content: ms-swift, OpenAI, TRL, verl; texts or lists of parts),
/// "history", or in "query", "problem", "question", "instruction" with "input", "prompt" and
/// "response", "output", "completion" (ms-swift, EasyR1, LLaMA-Factory, TRL). The last turn is
/// answered by "solution", "answer", "ground_truth" or verl's "reward_model" where the row has one
/// of these.
/// Media stand in "video", "videos", "video_path", "image", "images", "image_path" as paths or
/// objects, or in parts. Their placeholders are taken out of the texts; a text of the system is
/// left out and counted as repaired, because the run's prompt brings its own.
/// @throws OddItemError for a row without a question, with a turn of a tool, with more placeholders
/// than files, or with files that are no paths.
ChatRow read_chat_row(const AnnotationFields& fields);

}  // namespace vrlt::data
