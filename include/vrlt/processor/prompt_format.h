#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/processor/vision_geometry.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::processor {

/// When the frames of a clip are: a family puts it into positions or tells it as text.
struct ClipTimes {
  double sample_fps = 0.0;            ///< Frames per second taken.
  std::vector<double> frame_seconds;  ///< Of each frame, from the start of the clip.
  std::vector<int64_t> file_frames;   ///< Which frames of the file they are,
  double file_fps = 0.0;              ///< of so many a second on average.
  double start_seconds = 0.0;         ///< Where the clip begins in its file.
};

/// A piece of what the user says: a text, an image or a clip. Of media no pixels, only what their
/// place in the prompt depends on.
struct PromptPart {
  enum class Kind { kText, kImage, kClip };
  Kind kind = Kind::kText;
  std::string text = {};  ///< Of kText.
  VisionGrid grid = {};   ///< Of an image, which is one slice, or of a clip.
  ClipTimes times = {};   ///< Of a clip.
};

/// What the model is told before it answers.
struct Conversation {
  std::string system;             ///< The system turn; empty: what the family has in its place.
  std::vector<PromptPart> parts;  ///< Of the user's turn, in order.
  /// What the assistant's turn begins with; the model goes on from there.
  std::string answer_prefix;
};

/// A conversation as the model reads it.
struct PromptText {
  std::string text;      ///< One pad per image, and per clip or slice of it, as the family writes.
  at::Tensor input_ids;  ///< [P] int64, pads expanded.
};

struct Positions {
  at::Tensor position_ids;    ///< [3, P] int64: time, height, width.
  int64_t next_position = 0;  ///< Of the first token behind the prompt, on all axes.
};

/// How the prompts of one model are made: all that is its family's between samples and ModelInputs.
/// The rest, from reading files to cutting patches, goes by the geometry and is the same for every
/// family (Processor, PromptLoader, PromptPlanner). Immutable and safe to share between threads.
class PromptFormat {
 public:
  virtual ~PromptFormat() = default;

  virtual const VisionGeometry& geometry() const = 0;
  virtual const tokenizer::Tokenizer& tokenizer() const = 0;

  /// The conversation by the family's chat template, and its ids with a pad for every vision token.
  /// @throws DataError if a text holds a placeholder of media, which would be expanded; ConfigError
  /// for an answer prefix where the template has one of its own.
  virtual PromptText lay_out(const Conversation& conversation) const = 0;

  /// @param input_ids  of lay_out(conversation).
  virtual Positions positions(const at::Tensor& input_ids,
                              const Conversation& conversation) const = 0;

  /// What the chat template begins the assistant's turn with, for the model to go on from: the
  /// prompt ends in it, and a response is read behind it. Empty: nothing.
  virtual std::string turn_prefix() const { return {}; }
  /// What the model is to say to have given a response: all of it, or what stands behind
  /// turn_prefix().
  virtual std::string continuation(const std::string& response) const { return response; }
  /// Tokens that stand for media or mark them: no response holds them.
  virtual std::vector<int64_t> never_sampled() const = 0;
};

}  // namespace vrlt::processor
