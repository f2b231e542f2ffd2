#include "model/hugging_face_folder.h"

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::model {
namespace fs = std::filesystem;

io::Json with_dtype(io::Json json, const char* dtype) {
  for (const char* part : {"", "text_config", "vision_config"}) {  // some layouts repeat the dtype
    if (*part != '\0' && (!json.contains(part) || !json[part].is_object())) continue;
    auto& object = *part == '\0' ? json : json[part];
    for (const char* key : {"torch_dtype", "dtype"})
      if (object.contains(key)) object[key] = dtype;
  }
  if (!json.contains("dtype")) json["torch_dtype"] = dtype;
  return json;
}

HuggingFaceFolder::HuggingFaceFolder(const fs::path& folder, io::Json config, int64_t vocab_size)
    : folder_(folder),
      config_(std::move(config)),
      vocab_size_(vocab_size),
      stop_ids_(read_stop_ids()),
      kept_files_(folder) {}

int64_t HuggingFaceFolder::checked_id(const io::Json& value, const char* name,
                                      const fs::path& file) const {
  if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() >= vocab_size_)
    throw DataError(concat(file.string(), ": \"", name, "\" is ", io::excerpt(value),
                           ", expected a token id from 0 to ", vocab_size_ - 1));
  return value.get<int64_t>();
}

/// eos_token_id of one file, a number or a list; empty if it has none.
std::vector<int64_t> HuggingFaceFolder::stop_ids_of(const io::Json& json,
                                                    const fs::path& file) const {
  constexpr const char* kName = "eos_token_id";
  if (!json.is_object() || !json.contains(kName) || json[kName].is_null()) return {};
  if (!json[kName].is_array()) return {checked_id(json[kName], kName, file)};
  std::vector<int64_t> ids;
  for (const auto& id : json[kName]) ids.push_back(checked_id(id, kName, file));
  return ids;
}

std::vector<int64_t> HuggingFaceFolder::read_stop_ids() const {
  const auto generation_path = folder_ / "generation_config.json",
             config_path = folder_ / "config.json";
  std::vector<int64_t> ids;
  if (fs::exists(generation_path))
    ids = stop_ids_of(io::read_json(generation_path), generation_path);
  if (ids.empty()) ids = stop_ids_of(config_, config_path);
  if (ids.empty() && config_.contains("text_config"))
    ids = stop_ids_of(config_["text_config"], config_path);
  if (ids.empty())
    throw DataError(
        concat(folder_.string(), ": no eos_token_id in generation_config.json or config.json"));
  return ids;
}

int64_t HuggingFaceFolder::special_id(const char* name) const {
  const auto found = config_.find(name);
  if (found == config_.end())
    throw DataError(concat((folder_ / "config.json").string(), ": \"", name, "\" is missing"));
  return checked_id(*found, name, folder_ / "config.json");
}

void HuggingFaceFolder::save_description(const fs::path& folder,
                                         const ParameterTable& parameters) const {
  io::create_folders(folder);
  const char* dtype =
      parameters.entries().front().tensor.scalar_type() == at::kBFloat16 ? "bfloat16" : "float32";
  io::write_file_atomic(folder / "config.json", with_dtype(config_, dtype).dump(2) + "\n");
  kept_files_.write_to(folder);
}

}  // namespace vrlt::model
