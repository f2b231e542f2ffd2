#include "model/qwen3_vl/prompt_format.h"

#include <algorithm>
#include <array>

#include "model/conversation_parts.h"
#include "model/qwen3_vl/geometry.h"
#include "model/vision_runs.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/model/chat_template_file.h"

namespace vrlt::model::qwen3_vl {

using processor::Conversation;
using processor::PromptPart;

namespace {

/// A run for every slice.
std::vector<VisionRun> runs_of(const at::Tensor& grid_thw, int64_t merge_size) {
  std::vector<VisionRun> runs;
  if (!grid_thw.defined()) return runs;
  const auto host = grid_thw.to(at::kCPU, at::kLong).contiguous();
  const auto* thw = host.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < host.size(0); ++i, thw += 3) {
    VisionRun run{.height = thw[1] / merge_size, .width = thw[2] / merge_size};
    run.advance = std::max(run.height, run.width);
    runs.insert(runs.end(), static_cast<size_t>(thw[0]), run);
  }
  return runs;
}

}  // namespace

VideoWrapper parse_video_wrapper(const std::string& name) {
  if (name.empty() || name == "dropped") return VideoWrapper::kDropped;
  if (name == "kept") return VideoWrapper::kKept;
  throw ConfigError(concat("video_wrapper \"", name, "\", expected dropped or kept"));
}

std::string with_slices(const std::string& rendered, const std::vector<std::vector<double>>& videos,
                        VideoWrapper wrapper) {
  const std::string pad = kVideoPad, slice = concat(kVisionStart, kVideoPad, kVisionEnd);
  const auto& replaced = wrapper == VideoWrapper::kDropped ? slice : pad;
  std::string text;
  size_t done = 0;
  for (const auto& seconds : videos) {
    const size_t found = rendered.find(replaced, done);
    VRLT_CHECK(found != std::string::npos, "a conversation with fewer than ", videos.size(),
               " videos");
    text += rendered.substr(done, found - done);
    for (const double time : seconds) text += time_marker(time) + slice;
    done = found + replaced.size();
  }
  return text + rendered.substr(done);
}

processor::Positions slice_positions(const at::Tensor& input_ids, const at::Tensor& image_grid_thw,
                                     const at::Tensor& video_grid_thw, int64_t merge_size,
                                     const PadIds& pads) {
  return positions_of_runs(input_ids, pads, runs_of(image_grid_thw, merge_size),
                           runs_of(video_grid_thw, merge_size));
}

PromptFormat::PromptFormat(const VisionConfig& vision,
                           std::unique_ptr<tokenizer::Tokenizer> tokenizer, ChatKind kind,
                           VideoWrapper wrapper, TimestampRule timestamps)
    : tokenizer_(std::move(tokenizer)),
      geometry_(geometry_of(vision)),
      kind_(kind),
      wrapper_(wrapper),
      timestamps_(timestamps),
      pads_{.image = required_token(*tokenizer_, kImagePad),
            .video = required_token(*tokenizer_, kVideoPad)},
      vision_start_(required_token(*tokenizer_, kVisionStart)),
      vision_end_(required_token(*tokenizer_, kVisionEnd)) {}

processor::PromptText PromptFormat::lay_out(const Conversation& conversation) const {
  refuse_pads(conversation);
  if (!conversation.answer_prefix.empty() && kind_ == ChatKind::kThinking)
    throw ConfigError(concat("the prompt begins the answer with ",
                             io::excerpt(conversation.answer_prefix),
                             ", and the model's chat template begins it with <think>: take a "
                             "prompt without an answer prefix, or an Instruct model"));
  std::vector<int64_t> counts;
  std::vector<std::vector<double>> videos;
  for (const auto& part : conversation.parts) {
    if (part.kind == PromptPart::Kind::kText) continue;
    const int64_t of_slice = part.grid.height * part.grid.width / geometry_.merge_area();
    counts.insert(counts.end(), static_cast<size_t>(part.grid.slices), of_slice);
    if (part.kind != PromptPart::Kind::kClip) continue;
    videos.push_back(slice_seconds(part.times, timestamps_, geometry_.temporal_patch));
    VRLT_CHECK(std::ssize(videos.back()) == part.grid.slices, videos.back().size(),
               " times for a clip of ", part.grid.slices, " slices");
  }
  processor::PromptText text{
      .text = with_slices(render_chat(chat_of(conversation), kind_), videos, wrapper_) +
              conversation.answer_prefix,
      .input_ids = {}};
  const std::array pads = {pads_.image, pads_.video};
  text.input_ids = expand_pads(tokenizer_->encode(text.text), pads, counts);
  return text;
}

std::string PromptFormat::continuation(const std::string& response) const {
  return kind_ == ChatKind::kThinking ? with_thought(response).substr(turn_prefix().size())
                                      : response;
}

processor::Positions PromptFormat::positions(const at::Tensor& input_ids,
                                             const Conversation& conversation) const {
  return slice_positions(input_ids, grids_of(conversation, PromptPart::Kind::kImage),
                         grids_of(conversation, PromptPart::Kind::kClip), geometry_.merge_size,
                         pads_);
}

std::vector<int64_t> PromptFormat::never_sampled() const {
  return {pads_.image, pads_.video, vision_start_, vision_end_};
}

std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const io::Json& json,
                                                            const PromptRules& rules) {
  if (!rules.positions.empty())
    throw ConfigError(concat("mrope_mode \"", rules.positions,
                             "\" has no effect with Qwen3-VL, whose positions know no time"));
  const auto config = parse_config(json, (folder / "config.json").string());
  return std::make_unique<PromptFormat>(
      config.vision, tokenizer::load_tokenizer(folder), chat_kind(read_chat_template(folder).text),
      parse_video_wrapper(rules.video_wrapper), parse_timestamps(rules.timestamps));
}

}  // namespace vrlt::model::qwen3_vl
