#pragma once

#include <vector>

#include "vrlt/evaluation_run/eval_tasks.h"

namespace vrlt::evaluation_run {

/// Writes what the programs of a task's benchmark read to the run's folder submissions; nothing
/// where there is no such format. Records that lack what the file is made of are told in the log.
/// @throws DiskError.
void write_submission(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                      const settings::EvalConfig& config);

}  // namespace vrlt::evaluation_run
