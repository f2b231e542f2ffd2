#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/kept_files.h"
#include "vrlt/io/json.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model {

/// The config.json of weights of another dtype.
io::Json with_dtype(io::Json config, const char* dtype);

/// What a model folder of any family holds besides weights: what generation needs to know of it,
/// and what a checkpoint must hold again. The folder may be gone when the checkpoint is written.
class HuggingFaceFolder {
 public:
  /// @param config  its config.json, as read: unknown keys survive saving.
  /// @throws DataError if no stop id is named, or one that is not a token; DiskError.
  HuggingFaceFolder(const std::filesystem::path& folder, io::Json config, int64_t vocab_size);

  /// "eos_token_id" of generation_config.json, else of config.json.
  const std::vector<int64_t>& stop_ids() const { return stop_ids_; }

  /// The token that config.json calls `name`, such as "video_token_id". @throws DataError.
  int64_t special_id(const char* name) const;

  /// Writes all but the weights. @param parameters  what the weights beside it are of.
  /// @throws DiskError.
  void save_description(const std::filesystem::path& folder,
                        const ParameterTable& parameters) const;

 private:
  int64_t checked_id(const io::Json& value, const char* name,
                     const std::filesystem::path& file) const;
  std::vector<int64_t> stop_ids_of(const io::Json& json, const std::filesystem::path& file) const;
  std::vector<int64_t> read_stop_ids() const;

  std::filesystem::path folder_;
  io::Json config_;
  int64_t vocab_size_;
  std::vector<int64_t> stop_ids_;
  KeptFiles kept_files_;
};

}  // namespace vrlt::model
