#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "vrlt/check/findings.h"
#include "vrlt/check/matching.h"
#include "vrlt/processor/prompt_plan.h"

namespace vrlt::check {

/// What is asked of the files that records name.
struct MediaRequest {
  std::filesystem::path data_root;
  int threads = 2;  ///< How many threads open files; >= 1.
  /// Set: frames, sizes and text of every record are planned as a run would.
  const processor::PromptPlanner* planner = nullptr;
  int64_t max_positions = 0;    ///< How many positions the model has; 0: not known.
  int64_t response_tokens = 0;  ///< The most tokens that may follow a prompt.
};

/// What looking at them told.
struct MediaResult {
  int64_t videos = 0, videos_found = 0;
  int64_t subtitles = 0, subtitles_found = 0;
  /// Of the sample's video; none: there is none, or it cannot be opened.
  std::vector<std::optional<double>> seconds;
  /// By sample; none: not asked for, or the sample cannot be asked.
  std::vector<std::optional<processor::PromptPlan>> plans;
};

/// Opens every video (or folder of frames) once, without decoding it, and compares it with the
/// records: missing or broken ones, durations that differ from the annotation by more than 1 s and
/// 2 %, clips and spans beyond the end, frames too narrow to be resized; images and subtitles must
/// be readable. With a planner also what a run would refuse: too few frames, text that cannot be
/// tokenized, prompts beyond the model's length. Every finding names a sample. @throws
/// StopRequested.
MediaResult check_media(const Samples& samples, const MediaRequest& request,
                        std::vector<Finding>& findings);

}  // namespace vrlt::check
