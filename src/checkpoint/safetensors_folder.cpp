#include <cstdio>

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSingleName = "model.safetensors";
constexpr const char* kIndexName = "model.safetensors.index.json";

/// Name of tensor -> name of shard; "metadata" is not needed.
std::map<std::string, std::string> read_weight_map(const fs::path& path) {
  io::Json index;
  try {
    index = io::read_json(path);
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (!index.is_object() || found == index.end() || !found->is_object())
    throw CheckpointError(
        concat(path.string(), ": no object \"weight_map\" of tensor names and shard file names"));
  std::map<std::string, std::string> weight_map;
  for (const auto& [tensor, shard] : found->items()) {
    if (!shard.is_string())
      throw CheckpointError(concat(path.string(), ": tensor ", io::excerpt(tensor),
                                   ": shard is not a name but ", io::excerpt(shard)));
    weight_map[tensor] = shard.get<std::string>();
  }
  return weight_map;
}

bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\\') == std::string::npos && name.find('\0') == std::string::npos;
}

/// Consecutive tensors, as many as fit.
std::vector<NamedTensors> cut_into_shards(const NamedTensors& tensors, uint64_t max_shard_bytes) {
  std::vector<NamedTensors> shards(1);
  uint64_t bytes = 0;
  for (const auto& item : tensors) {
    const uint64_t more = item.second.nbytes();
    if (!shards.back().empty() && bytes + more > max_shard_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    shards.back().push_back(item);
    bytes += more;
  }
  return shards;
}

std::string shard_name(size_t number, size_t count) {
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", number, count);
  return name;
}

}  // namespace

SafetensorsFolder::SafetensorsFolder(const fs::path& folder) : folder_(folder) {
  const auto open = [&](const std::string& name) -> const SafetensorsFile* {
    return &files_.try_emplace(name, folder / name).first->second;
  };
  const fs::path index = folder / kIndexName;
  if (!fs::exists(index)) {
    const SafetensorsFile* only = open(kSingleName);
    for (const std::string& name : only->names()) file_of_[name] = only;
    return;
  }
  for (const auto& [name, shard] : read_weight_map(index)) {
    if (!is_plain_file_name(shard))
      throw CheckpointError(concat(index.string(), ": tensor ", io::excerpt(name), ": shard ",
                                   io::excerpt(shard), " is not a plain file name"));
    const auto opened = files_.find(shard);
    const SafetensorsFile* file = opened == files_.end() ? open(shard) : &opened->second;
    if (!file->contains(name))
      throw CheckpointError(concat(file->path().string(), ": no tensor ", io::excerpt(name),
                                   ", which the index promises"));
    file_of_[name] = file;
  }
}

std::vector<std::string> SafetensorsFolder::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : file_of_) names.push_back(name);
  return names;
}

const SafetensorsFile& SafetensorsFolder::file(const std::string& name) const {
  const auto found = file_of_.find(name);
  if (found == file_of_.end())
    throw CheckpointError(concat(folder_.string(), ": no tensor ", io::excerpt(name)));
  return *found->second;
}

NamedTensors load_sharded(const fs::path& folder) {
  const SafetensorsFolder files(folder);
  NamedTensors tensors;
  for (const std::string& name : files.names()) tensors.emplace_back(name, files.tensor(name));
  return tensors;
}

void save_sharded(const fs::path& folder, const NamedTensors& tensors, uint64_t max_shard_bytes) {
  io::create_folders(folder);
  const std::vector<NamedTensors> shards = cut_into_shards(tensors, max_shard_bytes);
  if (shards.size() == 1) {
    write_safetensors(folder / kSingleName, tensors);
    fs::remove(folder / kIndexName);  // of an earlier save: it would win over the file just written
    return;
  }
  uint64_t total = 0;
  io::Json weight_map = io::Json::object();
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = shard_name(i + 1, shards.size());
    write_safetensors(folder / name, shards[i]);
    for (const auto& [tensor, value] : shards[i]) {
      if (!weight_map.emplace(tensor, name).second)
        throw CheckpointError(
            concat(folder.string(), ": tensor \"", tensor, "\": name is given twice"));
      total += value.nbytes();
    }
  }
  const io::Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
  io::write_file_atomic(folder / kIndexName, index.dump(2) + "\n");
  fs::remove(folder / kSingleName);
}

}  // namespace vrlt::checkpoint
