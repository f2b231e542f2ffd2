#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vrlt/io/files.h"

namespace vrlt::metrics {

/// CRC-32C (Castagnoli, reflected); "123456789" gives 0xe3069283.
uint32_t crc32c(std::string_view bytes);

/// TensorFlow's record framing: length, masked CRC of the length, payload, masked CRC of the payload; little-endian.
std::string tensorboard_record(std::string_view payload);

/// A file of TensorFlow `Event` messages, encoded by hand: TensorBoard reads it and we need no protobuf.
class EventWriter {
 public:
  /// Opens a new file in `folder`. On resume (`resume_step` >= 0) a session start tells TensorBoard to drop later steps;
  /// a fresh start (-1) removes event files that are there.
  EventWriter(const std::filesystem::path& folder, int64_t resume_step);

  void write(int64_t step, const std::vector<std::pair<std::string, double>>& values);
  void sync() { file_.sync(); }

 private:
  io::FileWriter file_;
};

}  // namespace vrlt::metrics
