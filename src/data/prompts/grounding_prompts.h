#pragma once

#include <string>

#include "vrlt/data/sample.h"

// Prompts of published evaluations of temporal grounding and grounded VideoQA, and of VideoQA by
// the same projects. Their texts are data, as those of choice_prompts.h. Source:
// docs/spec/benchmarks.md#prompts.
namespace vrlt::data::prompts {

/// The system text of Temporal-R1 for models that think.
inline constexpr const char* kSeedSystem =
    "You FIRST think about the reasoning process as an internal monologue and then provide the "
    "final answer. The reasoning process MUST BE enclosed "
    "within <think> </think> tags. The final answer MUST BE put in <answer> </answer> tags. Output "
    "the final answer in JSON format.";

std::string tvg_seed(const Sample& sample);
std::string tvg_lmms(const Sample& sample);
std::string tvg_time_r1(const Sample& sample);
std::string tvg_time_r1_think(const Sample& sample);
std::string tvg_videochat(const Sample& sample);
std::string tvg_timelens(const Sample& sample);
std::string qa_videochat(const Sample& sample);
std::string gqa_videochat(const Sample& sample);

}  // namespace vrlt::data::prompts
