#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "vrlt/metrics/metric.h"

namespace vrlt::metrics {

/// Writes what each step measured into a run folder; one per run, on rank 0.
///   metrics.jsonl   {"step": n, "loss/policy": ..}: no clock in it, so a resumed run writes the same bytes as an uninterrupted one
///   timing.jsonl    the metrics named "time/..", in the same form
///   tensorboard/    all of them; tags as named
/// A number that is not finite is null in JSON.
class MetricWriter {
 public:
  /// @param resume_step  the last step of the checkpoint that is resumed; lines and TensorBoard values of later steps are removed.
  ///                     -1 starts afresh: what an earlier run left in the files is removed.
  /// @throws DiskError; DataError if a line of an existing file has no "step".
  explicit MetricWriter(const std::filesystem::path& run_folder, int64_t resume_step = -1);
  ~MetricWriter();

  void write(int64_t step, const MetricSet& metrics);
  /// Makes what was written durable; call it before a checkpoint is declared complete.
  void sync();

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace vrlt::metrics
