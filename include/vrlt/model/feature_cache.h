#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>

#include "vrlt/io/file_cache.h"

namespace vrlt::model {

/// A folder of what a vision encoder made of clips, so that an encoder that does not change runs
/// once per clip: over epochs, ranks, and programs that work with the same encoder. To be shared
/// and bounded as io::FileCache says; the frames may be in the same folder.
class FeatureCache {
 public:
  /// @param encoder  what features depend on besides the clip: another text, other features.
  /// @throws DiskError.
  FeatureCache(const std::filesystem::path& folder, int64_t max_bytes, std::string encoder);

  /// @param media_key  of ModelInputs, not empty.  @return [N, F], on the CPU, to the bit what was
  /// stored.
  std::optional<at::Tensor> find(const std::string& media_key);
  /// Does nothing but log a warning where the folder cannot be written.
  void store(const std::string& media_key, const at::Tensor& features);

 private:
  std::filesystem::path entry(const std::string& media_key) const;

  io::FileCache files_;
  std::string encoder_;
};

}  // namespace vrlt::model
