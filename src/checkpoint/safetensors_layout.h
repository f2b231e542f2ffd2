#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vrlt/checkpoint/tensor_spec.h"

namespace vrlt::checkpoint {

/// @throws CheckpointError for a name that is given twice or a dtype that the format lacks.
void check_storable(const std::string& file, const std::vector<TensorSpec>& tensors);

/// The places of the tensors in the file: larger items first, so that every offset is a multiple
/// of the size of its tensor's items.
std::vector<size_t> aligned_order(const std::vector<TensorSpec>& tensors);

/// The length and the header, padded with spaces so that the data begin at a multiple of 8.
/// @param ordered  as they lie in the file. @param metadata  gets "format": "pt" unless it has one.
std::string make_header(const std::vector<TensorSpec>& ordered,
                        std::map<std::string, std::string> metadata = {});

/// Consecutive tensors of a model or an optimizer that share a file.
struct Shard {
  std::string file_name;
  size_t first = 0, count = 0;
};

/// As many tensors to a shard as fit; one larger than the limit has a shard of its own.
/// @param stem  "model" gives model.safetensors, or model-00001-of-00002.safetensors and so on.
std::vector<Shard> cut_into_shards(const std::string& stem, const std::vector<TensorSpec>& tensors,
                                   uint64_t max_shard_bytes);

std::string single_file_name(const std::string& stem);
std::string index_file_name(const std::string& stem);

/// The index of several shards. @throws CheckpointError for a name that is given twice.
std::string make_index(const std::vector<Shard>& shards, const std::vector<TensorSpec>& tensors);

}  // namespace vrlt::checkpoint
