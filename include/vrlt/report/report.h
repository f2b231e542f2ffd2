#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/data/frame_folder.h"

namespace vrlt::report {

/// Frames that a rollout of a run saw.
struct ShownFrames {
  std::filesystem::path run;                ///< The run folder: each run has its own data root.
  std::string video;                        ///< Relative to the data root.
  std::optional<data::FrameFolder> folder;  ///< Set where `video` is a folder of still pictures.
  std::vector<double> seconds;              ///< Of the video file.
};

/// JPEG bytes of the frames side by side, or nothing when they cannot be read.
using FrameStrip = std::function<std::string(const ShownFrames& frames)>;

/// One HTML page, without network, about one or more run folders. What it shows depends on the
/// files that are there: alarms of a training, curves of metrics.jsonl, sample rollouts with frames
/// and the predicted spans, histograms of a selection, evaluation tables. All text is escaped.
/// @throws MissingInputError for a folder that does not exist; DataError for one that holds no run;
/// DiskError.
void write_report(const std::vector<std::filesystem::path>& run_folders,
                  const std::filesystem::path& output_html, const FrameStrip& frame_strip);

}  // namespace vrlt::report
