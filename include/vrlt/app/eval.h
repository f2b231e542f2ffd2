#pragma once

#include "vrlt/command_line/command_line.h"

namespace vrlt::app {

/// `vrlt-eval`: answers the records and scores them, strictly and as the official scripts of their
/// benchmarks do; goes on where a killed run stopped. A file that names several evaluations
/// ("evals") is run as by run_suite. With `rescore: true` it scores the samples.jsonl that is
/// there, without a model.
/// @throws IncompleteError after everything is written, if samples have no answer or the records
/// are not the whole benchmark.
int run_eval(const command_line::CommandLine& command);

/// `vrlt-eval suite`: the evaluations that a file names, one after the other. Mistakes in any
/// config are told before the first begins.
int run_suite(const command_line::CommandLine& command);

/// `vrlt-eval compare BEFORE AFTER`: how the settings of two evaluation runs of the same records
/// differ, and the paired difference of their scores. Writes AFTER/comparison.json, which
/// vrlt-report shows.
int run_compare(const std::filesystem::path& before, const std::filesystem::path& after);

}  // namespace vrlt::app
