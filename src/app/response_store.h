#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::app {

/// What a model said about each sample: an append-only file of JSON lines in the order of the samples.
///
/// A killed run loses the lines of its unfinished batch, so that it decodes the same batches as an undisturbed one and ends with
/// the same bytes. A sample that could not be asked has a line that says why; a later run asks it once more and appends a
/// line if that went well: the last line about a sample counts.
class ResponseStore {
 public:
  /// @param samples    outlive the store. @param error_key  in a line: why the sample could not be asked; null or absent if it was.
  /// @throws DataError if the file is of other samples.
  ResponseStore(std::filesystem::path path, std::vector<const data::Sample*> samples, int64_t batch, std::string error_key);

  /// The samples to ask next, as indices; at most `batch`. Empty: all is done.
  std::vector<size_t> next_batch() const;

  /// Stores what next_batch() said, a line per sample.
  void append(const std::vector<size_t>& indices, const std::vector<io::Json>& lines);

  /// The line of every sample asked so far, in their order, as the file has them.
  const std::vector<io::Json>& lines() const { return lines_; }

  const data::Sample& sample(size_t index) const { return *samples_[index]; }
  bool failed(const io::Json& line) const;

 private:
  void read();

  std::filesystem::path path_;
  std::vector<const data::Sample*> samples_;
  size_t batch_;
  std::string error_key_;
  std::vector<io::Json> lines_;
  std::vector<size_t> retries_;  ///< Failed in an earlier run and not yet asked again in this one.
};

}  // namespace vrlt::app
