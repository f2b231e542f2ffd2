#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::model {

/// What became of an adapter in a merged folder.
struct Merged {
  int64_t matrices = 0;
  /// The share of what the adapter adds to the weights that the merged weights hold: in bfloat16 a
  /// change that is smaller than the rounding of a weight is lost.
  double kept = 1.0;
};

/// Writes the folder of a model whose weights are W + scale B A, computed in float32 and rounded
/// once; every other file of the base that is no weights is copied. The files of the weights are
/// cut as the base's, one at a time in memory. `output` appears when it is whole.
/// @param as_float32  keep float32 weights, whatever the base's type.
/// @throws MissingInputError, CheckpointError (an adapter of another kind, or that does not fit the
/// base), DiskError.
Merged write_merged_folder(const std::filesystem::path& base, const std::filesystem::path& adapter,
                           const std::filesystem::path& output, bool as_float32);

}  // namespace vrlt::model
