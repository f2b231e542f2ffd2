#pragma once

#include <string>

#include "vrlt/data/sample.h"

// Prompts of published evaluations of VideoQA. Their texts are data: double punctuation and
// misspellings belong to them, since a score is only comparable when the prompt is the same.
// Source: docs/spec/benchmarks.md#prompts.
namespace vrlt::data::prompts {

/// The system text of MLVU.
inline constexpr const char* kMlvuSystem =
    "Carefully watch this video and pay attention to every detail. Based on your observations, "
    "select the best option that accurately addresses the question.\n";

/// The system text of MVBench's notebook.
inline constexpr const char* kCarefully =
    "Carefully watch the video and pay attention to the cause and sequence of events, the detail "
    "and movement of objects, and the action and "
    "pose of persons. Based on your observations, select the best option that accurately addresses "
    "the question.\n";

std::string mvbench_official(const Sample& sample);
std::string mvbench_lmms(const Sample& sample);
std::string mvbench_time_r1(const Sample& sample);
std::string videomme_official(const Sample& sample);
std::string videomme_lmms(const Sample& sample);
std::string videomme_lmms_subtitled(const Sample& sample);
std::string videomme_vlmevalkit(const Sample& sample);
std::string mmvu_direct(const Sample& sample);
std::string mmvu_cot(const Sample& sample);
std::string mmvu_lmms(const Sample& sample);
std::string tempcompass(const Sample& sample);
std::string video_r1(const Sample& sample);
std::string longvideobench(const Sample& sample);
std::string mlvu(const Sample& sample);
std::string videommmu(const Sample& sample);
std::string videommmu_adaptation(const Sample& sample);
std::string qa_lmms_qwen3(const Sample& sample);

}  // namespace vrlt::data::prompts
