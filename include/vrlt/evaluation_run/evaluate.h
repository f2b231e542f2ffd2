#pragma once

#include "vrlt/command_line/command_line.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/settings/eval_config.h"

namespace vrlt::evaluation_run {

/// One evaluation, on every rank: asks what the run's samples.jsonl files lack (with `rescore`
/// nothing), scores, writes results.json and submissions, and prints.
/// @throws IncompleteError after everything is written, if samples have no answer or the records
/// are not the whole benchmark.
void evaluate(const settings::EvalConfig& config, const command_line::CommandLine& command,
              distributed::ProcessGroup& group);

}  // namespace vrlt::evaluation_run
