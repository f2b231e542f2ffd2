#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vrlt::report {

/// JPEG bytes of the frames of a video at the given times (seconds of the file) side by side, or nothing when it cannot be read.
using FrameStrip = std::function<std::string(const std::string& video, const std::vector<double>& seconds)>;

/// One HTML page, without network, about one or more run folders. What it shows depends on the files that are there:
/// alarms of a training, curves of metrics.jsonl, sample rollouts with frames and the predicted spans, histograms of a selection, evaluation tables.
/// All text is escaped.
/// @throws MissingInputError for a folder that does not exist; DataError for one that holds no run; DiskError.
void write_report(const std::vector<std::filesystem::path>& run_folders, const std::filesystem::path& output_html, const FrameStrip& frame_strip);

}  // namespace vrlt::report
