#pragma once

#include <filesystem>
#include <vector>

#include "app/findings.h"
#include "vrlt/data/sample.h"

namespace vrlt::app {

/// How many of the files that records name were looked at.
struct MediaCounts {
  int64_t videos = 0, videos_found = 0;
  int64_t subtitles = 0, subtitles_found = 0;
};

/// Opens every video (or folder of frames) once, on `threads` threads, and compares it with the records: missing or broken ones, durations that
/// differ from the annotation by more than 1 s and 2 %, clips and spans beyond the end. Images and subtitles must exist, and
/// subtitles be such.
/// @throws StopRequested.
MediaCounts check_media(const std::vector<data::Sample>& samples, const std::filesystem::path& data_root, int threads,
                        std::vector<Finding>& findings);

}  // namespace vrlt::app
