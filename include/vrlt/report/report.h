#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vrlt::report {

/// JPEG bytes of frames side by side, or nothing when the video cannot be read. Must not throw.
/// @param seconds  of the video file, ascending.
using FrameStrip = std::function<std::string(const std::string& video, const std::vector<double>& seconds)>;

struct ReportOptions {
  bool compare = false;                      ///< Two run folders: shared charts, evaluations side by side with differences.
  int64_t num_samples = 12;                  ///< Prompts shown of rollouts.jsonl, spread evenly over the file.
  uint64_t max_file_bytes = 256ULL << 20;    ///< Larger files are sampled, and the page says so.
  FrameStrip frame_strip;                    ///< Empty: only strips stored in rollouts.jsonl are shown.
};

/// One self-contained HTML page (no network) about one or more run folders. What it shows depends on the files that are there:
///   metrics.jsonl, timing.jsonl                          charts by prefix, last values
///   rollouts.jsonl                                       prompts with frames, timeline of predicted spans, responses
///   statistics.jsonl, selected.jsonl, rejected.jsonl     histograms per task, reasons
///   <task>/results.json                                  scores with intervals
///   config.yaml, environment.json, command.txt           as they are, folded
/// Every text is escaped; malformed lines are counted and skipped.
/// @throws MissingInputError for a folder that does not exist, DataError for one with none of these files (or, with `compare`,
///         unless there are two folders), DiskError.
void write_report(const std::vector<std::filesystem::path>& run_folders, const std::filesystem::path& output_html,
                  const ReportOptions& options = {});

}  // namespace vrlt::report
