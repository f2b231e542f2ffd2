#pragma once

#include <filesystem>

namespace vrlt::evaluation_run {

/// Writes an evaluation run as lmms-eval logs one: FOLDER/<run>/<time>_results.json (scores by the
/// first profile, in percent) and for each task <time>_samples_<task>.jsonl. The time is that at
/// which the run began. "input" is the question as it was asked, without subtitles.
/// @return the folder that was written.
/// @throws as read_eval_samples; MissingInputError for a folder without a run, or a run without
/// results; DataError; DiskError. Source: lmms-eval, loggers/evaluation_tracker.py and
/// evaluator.py.
std::filesystem::path write_lmms_format(const std::filesystem::path& run_folder,
                                        const std::filesystem::path& output);

}  // namespace vrlt::evaluation_run
