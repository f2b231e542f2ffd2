#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::app {

/// What a model said about each sample: an append-only file of JSON lines in the order of the samples.
///
/// A killed run loses the lines of its unfinished batch, so that it decodes the same batches as an undisturbed one and ends with
/// the same bytes. A sample that could not be asked has a line that says why; a later run asks it once more and appends a
/// line if that went well: the last line about a sample counts.
///
/// Several ranks answer a batch each at a time and rank 0 writes them in order: the file does not tell how many there were, and a
/// run may go on with another number. All ranks make the same calls.
class ResponseStore {
 public:
  /// @param samples    outlive the store. @param error_key  in a line: why the sample could not be asked; null or absent if it was.
  /// @throws DataError if the file is of other samples.
  ResponseStore(std::filesystem::path path, std::vector<const data::Sample*> samples, int64_t batch, std::string error_key,
                distributed::ProcessGroup& group);

  /// Whether every sample has been asked.
  bool complete() const { return lines_.size() == samples_.size() && retries_.empty(); }

  /// The samples this rank asks next, as indices; at most `batch`. Empty when other ranks ask the last ones.
  std::vector<size_t> next_batch() const { return batch_of(static_cast<size_t>(group_.rank())); }

  /// Stores the lines about next_batch() and those of the other ranks.
  void append(const std::vector<io::Json>& lines);

  /// The line of every sample asked so far, in their order, as the file has them.
  const std::vector<io::Json>& lines() const { return lines_; }

  const data::Sample& sample(size_t index) const { return *samples_[index]; }
  bool failed(const io::Json& line) const;

 private:
  void read();
  std::vector<size_t> batch_of(size_t rank) const;
  void put(size_t index, io::Json line, io::JsonlAppender* file);

  std::filesystem::path path_;
  std::vector<const data::Sample*> samples_;
  size_t batch_;
  std::string error_key_;
  distributed::ProcessGroup& group_;
  std::vector<io::Json> lines_;
  std::vector<size_t> retries_;  ///< Failed in an earlier run and not yet asked again in this one.
};

}  // namespace vrlt::app
