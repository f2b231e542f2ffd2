#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/qwen3_vl/chat_template.h"
#include "model/qwen3_vl/config.h"
#include "model/qwen3_vl/timestamps.h"
#include "model/vision_places.h"
#include "vrlt/model/prompt_rules.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model::qwen3_vl {

/// What becomes of the marks that the chat template writes around a video, whose slices have marks
/// of their own: transformers before 5.10 drops them, the models' own release among these; 5.10 and
/// later keep them (docs/spec/qwen3_vl.md#from-text-to-ids).
enum class VideoWrapper { kDropped, kKept };

/// dropped (also if empty) | kept. @throws ConfigError otherwise.
VideoWrapper parse_video_wrapper(const std::string& name);

/// Every video pad of a rendered conversation as its slices: the time of each, and its own pad
/// between marks.
/// @param videos  the times of the slices of each video, in the order of the text.
std::string with_slices(const std::string& rendered, const std::vector<std::vector<double>>& videos,
                        VideoWrapper wrapper);

/// Positions of one unpadded sequence: a slice is a run of its own; time is told as text and is in
/// no position. Grids are [n, 3] int64 of patches, of images and of whole videos; may be undefined.
/// @throws DataError if the runs of pads do not match the grids.
processor::Positions slice_positions(const at::Tensor& input_ids, const at::Tensor& image_grid_thw,
                                     const at::Tensor& video_grid_thw, int64_t merge_size,
                                     const PadIds& pads);

/// The prompts of Qwen3-VL: before each slice of a video its time as text, and no time in its
/// positions.
class PromptFormat final : public processor::PromptFormat {
 public:
  /// @throws DataError if a vision token is missing.
  PromptFormat(const VisionConfig& vision, std::unique_ptr<tokenizer::Tokenizer> tokenizer,
               ChatKind kind, VideoWrapper wrapper, TimestampRule timestamps);

  const processor::VisionGeometry& geometry() const override { return geometry_; }
  const tokenizer::Tokenizer& tokenizer() const override { return *tokenizer_; }
  processor::PromptText lay_out(const processor::Conversation& conversation) const override;
  processor::Positions positions(const at::Tensor& input_ids,
                                 const processor::Conversation& conversation) const override;
  std::vector<int64_t> never_sampled() const override;
  std::string turn_prefix() const override {
    return kind_ == ChatKind::kThinking ? kThinkingPrefix : "";
  }
  /// Of a Thinking model: the thought, which may be empty, and the answer as its template lays them
  /// out.
  std::string continuation(const std::string& response) const override;

 private:
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  processor::VisionGeometry geometry_;
  ChatKind kind_;
  VideoWrapper wrapper_;
  TimestampRule timestamps_;
  PadIds pads_;
  int64_t vision_start_ = 0, vision_end_ = 0;
};

/// The kind of model is that of the folder's chat template; without one: Instruct.
/// @throws ConfigError for rules that are not of kVideoWrappers and kTimestampRules, or a position
/// rule; as PromptFormat and load_tokenizer().
std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const io::Json& json,
                                                            const PromptRules& rules);

}  // namespace vrlt::model::qwen3_vl
