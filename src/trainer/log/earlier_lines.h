#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::trainer {

/// What a run does with the lines of an earlier start when no checkpoint stands behind them: they
/// may be all that is left of it. With nothing there, nothing. @param must_resume  the user said
/// that the run goes on.
/// @throws CheckpointError, MissingInputError with must_resume; else logs, tensorboard and damaged
/// checkpoints are moved to set-aside-N of the run folder, with a warning. DiskError.
void set_aside_earlier_lines(const std::filesystem::path& run_folder, bool must_resume);

/// Warns of a log that lacks steps which the checkpoint has behind it, and says what to do; they
/// cannot be made again.
/// @param last_step  of its last line. @param expected  steps done.
void warn_of_missing_lines(const std::filesystem::path& log, int64_t last_step, int64_t expected);

}  // namespace vrlt::trainer
