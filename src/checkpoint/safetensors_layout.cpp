#include "checkpoint/safetensors_layout.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <set>

#include "checkpoint/dtype_names.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {

void check_storable(const std::string& file, const std::vector<TensorSpec>& tensors) {
  std::set<std::string> names{"__metadata__"};
  for (const auto& tensor : tensors) {
    const auto refuse = [&](const auto&... what) {
      throw CheckpointError(concat(file, ": tensor \"", tensor.name, "\": ", what...));
    };
    if (!names.insert(tensor.name).second) refuse("name is given twice or reserved");
    if (name_of_dtype(tensor.dtype).empty()) refuse("safetensors has no dtype for ", tensor.dtype);
  }
}

std::vector<size_t> aligned_order(const std::vector<TensorSpec>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return c10::elementSize(tensors[a].dtype) > c10::elementSize(tensors[b].dtype);
  });
  return order;
}

std::string make_header(const std::vector<TensorSpec>& ordered,
                        std::map<std::string, std::string> metadata) {
  metadata.emplace("format", "pt");
  io::Json header;
  header["__metadata__"] = metadata;
  uint64_t begin = 0;
  for (const auto& tensor : ordered) {
    const uint64_t end = begin + tensor.bytes();
    header[tensor.name] = {{"dtype", name_of_dtype(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = io::to_line(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return length + text;
}

std::vector<Shard> cut_into_shards(const std::string& stem, const std::vector<TensorSpec>& tensors,
                                   uint64_t max_shard_bytes) {
  std::vector<Shard> shards(1);
  uint64_t bytes = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const uint64_t more = tensors[i].bytes();
    if (shards.back().count > 0 && bytes + more > max_shard_bytes) {
      shards.push_back({.first = i});
      bytes = 0;
    }
    ++shards.back().count;
    bytes += more;
  }
  for (size_t i = 0; i < shards.size(); ++i) {
    char number[64];
    std::snprintf(number, sizeof number, "-%05zu-of-%05zu.safetensors", i + 1, shards.size());
    shards[i].file_name = shards.size() == 1 ? single_file_name(stem) : stem + number;
  }
  return shards;
}

std::string single_file_name(const std::string& stem) { return stem + ".safetensors"; }

std::string index_file_name(const std::string& stem) { return stem + ".safetensors.index.json"; }

std::string make_index(const std::vector<Shard>& shards, const std::vector<TensorSpec>& tensors) {
  uint64_t total = 0;
  io::Json weight_map = io::Json::object();
  for (const auto& shard : shards)
    for (size_t i = shard.first; i < shard.first + shard.count; ++i) {
      if (!weight_map.emplace(tensors[i].name, shard.file_name).second)
        throw CheckpointError(
            concat(shard.file_name, ": tensor \"", tensors[i].name, "\": name is given twice"));
      total += tensors[i].bytes();
    }
  const io::Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
  return index.dump(2) + "\n";
}

}  // namespace vrlt::checkpoint
