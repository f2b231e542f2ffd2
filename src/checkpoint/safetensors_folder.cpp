#include "checkpoint/safetensors_layout.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr const char* kModelStem = "model";

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

}  // namespace

SafetensorsFolder::SafetensorsFolder(const fs::path& folder, const std::string& stem)
    : folder_(folder) {
  const auto open = [&](const std::string& name) -> const SafetensorsFile* {
    return &files_.try_emplace(name, folder / name).first->second;
  };
  const fs::path index = folder / index_file_name(stem);
  if (!fs::exists(index)) {
    const SafetensorsFile* only = open(single_file_name(stem));
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
  const auto specs = specs_of(tensors);
  const auto shards = cut_into_shards(kModelStem, specs, max_shard_bytes);
  const auto single = folder / single_file_name(kModelStem),
             index = folder / index_file_name(kModelStem);
  if (shards.size() == 1) {
    write_safetensors(single, tensors);
    fs::remove(index);  // of an earlier save: it would win over the file just written
    return;
  }
  for (const auto& shard : shards) {
    const auto first = tensors.begin() + static_cast<std::ptrdiff_t>(shard.first);
    write_safetensors(folder / shard.file_name,
                      {first, first + static_cast<std::ptrdiff_t>(shard.count)});
  }
  io::write_file_atomic(index, make_index(shards, specs));
  fs::remove(single);
}

}  // namespace vrlt::checkpoint
