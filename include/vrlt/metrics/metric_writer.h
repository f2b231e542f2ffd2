#pragma once

#include <filesystem>
#include <memory>

#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::metrics {

/// Cuts a JSON Lines file before the first line whose "step" is more than `step`, so that a resumed
/// run writes the rest again.
/// @param again  not null: a line of `step` itself that has this key is written again too.
/// @return the step of the last line that is left; 0 if there is none.
/// @throws DataError naming the line and what to do; DiskError.
int64_t keep_steps_up_to(const std::filesystem::path& path, int64_t step,
                         const char* again = nullptr);

/// One line per step to metrics.jsonl, and the same numbers to tensorboard/. What depends on the
/// clock or on what caches happen to hold (names under time/) goes to timing.jsonl: metrics.jsonl
/// of a resumed run equals that of an undisturbed one.
class MetricWriter {
 public:
  /// @param resumed_step  the last finished step of a run that goes on; 0 for a new one.
  /// @param again  as in keep_steps_up_to, of metrics.jsonl.
  MetricWriter(const std::filesystem::path& run_folder, int64_t resumed_step,
               const char* again = nullptr);
  ~MetricWriter();
  void write(int64_t step, const MetricSet& metrics);
  void sync();  ///< Makes the lines written so far durable.
  /// The last step of the lines of metrics.jsonl that were there when the writer was made.
  int64_t last_step() const { return last_step_; }

 private:
  class TensorBoardFile;
  int64_t last_step_;
  io::JsonlAppender metrics_;
  io::JsonlAppender timing_;
  std::unique_ptr<TensorBoardFile> tensorboard_;
};

/// CRC-32C (Castagnoli), as TensorBoard's records need it.
uint32_t crc32c(std::string_view bytes);

}  // namespace vrlt::metrics
