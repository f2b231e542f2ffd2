#pragma once

#include <filesystem>
#include <string>

#include "vrlt/report/report.h"

namespace vrlt::report {

/// Rollouts spread over rollouts.jsonl, each with frames, true and predicted spans and every
/// response: HTML. Empty without such a file.
std::string rollout_samples(const std::filesystem::path& run, const FrameStrip& frame_strip);

}  // namespace vrlt::report
