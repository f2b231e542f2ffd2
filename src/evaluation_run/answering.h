#pragma once

#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/rollout/asking.h"

namespace vrlt::evaluation_run {

/// Asks what the samples.jsonl files of the run lack, and tells how fast it went. On every rank.
/// @return for each task its answers.
/// @throws StopRequested between two batches.
std::vector<std::vector<evaluation::Answer>> answer_tasks(const std::vector<EvalTask>& tasks,
                                                          const settings::EvalConfig& config,
                                                          distributed::ProcessGroup& group);

/// What came of asking one sample.
evaluation::Answer answer_of(const rollout::LoadedPrompt& loaded,
                             const rollout::RolloutGroup& group);

/// Long clips first: the batches that ranks work on at the same time cost about the same, and the
/// last ones are short.
std::vector<const data::Sample*> by_cost(std::vector<const data::Sample*> samples,
                                         const video::VideoOptions& video);

/// The frames that are taken of a sample's clip, by what its record says about its length: what it
/// costs. As many as are allowed if it says nothing.
double expected_frames(const data::Sample& sample, const video::VideoOptions& video);

}  // namespace vrlt::evaluation_run
