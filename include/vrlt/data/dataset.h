#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// All records of the files, in order. Duplicate ids are an error.
/// @throws MissingInputError, DataError with path:line.
std::vector<Sample> load_samples(const std::vector<std::filesystem::path>& files);

/// The order in which samples are visited: epoch after epoch, each a permutation that depends on
/// (seed, epoch) only.
class SampleOrder {
 public:
  SampleOrder(int64_t num_samples, uint64_t seed, bool shuffle);
  /// Index of the `position`-th sample ever visited (position counts on over epochs).
  int64_t at(int64_t position) const;

 private:
  int64_t num_samples_;
  uint64_t seed_;
  bool shuffle_;
  mutable int64_t cached_epoch_ = -1;
  mutable std::vector<int64_t> cached_order_;
};

/// `root / video`, refusing absolute paths and "..". @throws DataError.
std::filesystem::path resolve_media(const std::filesystem::path& root, const std::string& media);

}  // namespace vrlt::data
