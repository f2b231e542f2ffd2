#include "vrlt/settings/model_folder.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/io/text.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/settings/lora_section.h"

namespace vrlt::settings {
namespace fs = std::filesystem;
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kAdapterConfig = "adapter_config.json";
constexpr const char* kNoDownload = "this program downloads nothing";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Entries of a folder by name; none if it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error))
    entries.push_back(entry->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// The last entry, by name, that begins and ends so.
std::optional<fs::path> last_entry(const fs::path& folder, const std::string& begin,
                                   const std::string& end) {
  std::optional<fs::path> found;
  for (const auto& entry : entries_of(folder))
    if (const auto name = entry.filename().string(); name.starts_with(begin) && name.ends_with(end))
      found = entry;
  return found;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A snapshot below models--OWNER--NAME, the one that "main" stands for if that is said.
std::optional<fs::path> snapshot_in(const fs::path& folder) {
  std::ifstream main_ref(folder / "refs" / "main");
  std::string hash;
  if (main_ref >> hash; !hash.empty() && is_there(folder / "snapshots" / hash / kConfig))
    return folder / "snapshots" / hash;
  for (const auto& snapshot : entries_of(folder / "snapshots"))
    if (is_there(snapshot / kConfig)) return snapshot;
  return {};
}

/// "OWNER/NAME" of a hub id or of an address on huggingface.co; empty for anything else.
std::string hub_id(std::string path) {
  for (const char* prefix :
       {"https://", "http://", "hf://", "huggingface.co/", "hf.co/", "models/"})
    if (path.starts_with(prefix)) {
      if (std::string(prefix) == "models/" && is_there("models")) break;  // a folder here
      path.erase(0, std::string(prefix).size());
    }
  const auto is_part = [](const std::string& part) {
    const auto is_plain = [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    return !part.empty() && part.front() != '.' && std::all_of(part.begin(), part.end(), is_plain);
  };
  const auto slash = path.find('/');
  if (slash == std::string::npos || !is_part(path.substr(0, slash)) ||
      !is_part(path.substr(slash + 1)))
    return {};
  return path;
}

[[noreturn]] void refuse_missing(const std::string& path) {
  const auto missing = concat(path, ": no such file or folder");
  if (path.starts_with("~/"))
    throw MissingInputError(concat(missing, "; \"~\" is not expanded here, write ",
                                   (fs::path(environment("HOME")) / path.substr(2)).string()));
  const auto id = hub_id(path);
  if (id.empty()) throw MissingInputError(missing);
  auto cached_name = id;
  cached_name.replace(cached_name.find('/'), 1, "--");
  if (const auto snapshot = snapshot_in(hub_folder() / ("models--" + cached_name)))
    throw MissingInputError(
        concat(missing, "; a hub id? ", kNoDownload,
               ", but that model is in the cache: model.path=", snapshot->string()));
  const auto folder = "models/" + id.substr(id.find('/') + 1);
  throw MissingInputError(concat(missing, "; a hub id? ", kNoDownload, ": hf download ", id,
                                 " --local-dir ", folder, ", then model.path=", folder));
}

[[noreturn]] void refuse_gguf(const fs::path& path) {
  throw CheckpointError(
      concat(path.string(),
             ": GGUF holds weights for llama.cpp and is not read here; give the Hugging Face "
             "folder of the model (config.json, model.safetensors)"));
}

[[noreturn]] void refuse_pickle(const fs::path& path) {
  throw CheckpointError(
      concat(path.string(),
             ": pickled weights can run code when they are read and are not supported; save them "
             "as safetensors: in Python, "
             "transformers' from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)"));
}

[[noreturn]] void refuse_adapter(const fs::path& folder) {
  std::string base = "its base model";
  try {
    const auto json = io::read_json(folder / kAdapterConfig);
    if (json.is_object() && json.contains("base_model_name_or_path") &&
        json["base_model_name_or_path"].is_string())
      base = json["base_model_name_or_path"].get<std::string>();
  } catch (const Error&) {  // the line says what to do without it
  }
  throw CheckpointError(concat(folder.string(), ": an adapter (LoRA), not a whole model: ",
                               "model.adapter=", folder.string(), " and as model.path ", base));
}

bool is_pickle(const fs::path& path) {
  const auto ending = path.extension().string();
  return ending == ".bin" || ending == ".pt" || ending == ".pth" || ending == ".ckpt" ||
         ending == ".pkl";
}

[[noreturn]] void refuse_file(const fs::path& path) {
  if (path.extension() == ".gguf") refuse_gguf(path);
  if (is_pickle(path)) refuse_pickle(path);
  throw CheckpointError(
      concat(path.string(), ": a file, expected the Hugging Face folder of the model",
             path.has_parent_path() ? concat(": ", path.parent_path().string(), "?") : ""));
}

/// What a folder without config.json is.
[[noreturn]] void refuse_without_config(const fs::path& folder) {
  if (is_there(folder / kAdapterConfig)) refuse_adapter(folder);
  if (const auto gguf = last_entry(folder, "", ".gguf")) refuse_gguf(*gguf);
  const auto missing = concat((folder / kConfig).string(), ": no such file");
  if (const auto snapshot = snapshot_in(folder))
    throw MissingInputError(
        concat(missing, "; in a folder of the hub's cache the model is a snapshot: model.path=",
               snapshot->string()));
  if (const auto step = last_entry(folder / "checkpoints", "step-", "");
      step && is_there(*step / "model" / kConfig))
    throw MissingInputError(concat(
        missing, "; a run folder? its newest model is model.path=", (*step / "model").string()));
  for (const auto& checkpoint :
       {last_entry(folder / "checkpoints", "step-", ""), std::optional<fs::path>(folder)})
    if (checkpoint && is_there(*checkpoint / "adapter" / kAdapterConfig))
      refuse_adapter(*checkpoint / "adapter");
  if (is_there(folder / "model" / kConfig))
    throw MissingInputError(
        concat(missing, "; a checkpoint? its model is model.path=", (folder / "model").string()));
  if (const auto step = last_entry(folder, "checkpoint-", ""); step && is_there(*step / kConfig))
    throw MissingInputError(
        concat(missing, "; checkpoints lie below it: model.path=", step->string(), "?"));
  for (const auto& entry : entries_of(folder))
    if (is_pickle(entry)) refuse_pickle(entry);
  throw MissingInputError(concat(missing, "; expected the Hugging Face folder of a model"));
}

/// The weights of another kind that a folder without safetensors has.
[[noreturn]] void refuse_without_weights(const fs::path& folder) {
  if (is_there(folder / kAdapterConfig)) refuse_adapter(folder);
  if (const auto gguf = last_entry(folder, "", ".gguf")) refuse_gguf(*gguf);
  for (const auto& entry : entries_of(folder))
    if (is_pickle(entry)) refuse_pickle(entry);
  if (const auto part = last_entry(folder, "", ".safetensors"))
    throw MissingInputError(concat((folder / "model.safetensors.index.json").string(),
                                   ": no such file; it says which weights are in ",
                                   part->filename().string(),
                                   " and the other parts: download the folder whole"));
  throw MissingInputError(concat((folder / "model.safetensors").string(),
                                 ": no such file: the folder has no weights; model.init: random "
                                 "starts from config.json alone"));
}

/// A model of another family, or with weights that are not numbers to compute with.
void check_family(const fs::path& path, bool reads_weights) {
  io::Json config;
  try {
    config = io::read_json(path);
  } catch (const Error&) {
    return;  // told in full by who reads it
  }
  if (!config.is_object() || !config.contains("model_type") || !config["model_type"].is_string())
    return;
  const auto type = config["model_type"].get<std::string>();
  std::string known;
  bool is_known = false;
  for (const auto& family : model::model_choices()) {
    is_known = is_known || type == family.name;
    known += concat(known.empty() ? "" : ", ", family.help);
  }
  if (type.ends_with("_moe"))
    throw CheckpointError(concat(
        path.string(), ": a Mixture of Experts (\"model_type\" is ", io::excerpt(type),
        "), which is not supported; the models are: ", known, " (vrlt-train --list models)"));
  if (!is_known)
    throw CheckpointError(concat(path.string(), ": \"model_type\" is ", io::excerpt(type),
                                 ", which is not supported; the models are: ", known,
                                 " (vrlt-train --list models)"));
  if (reads_weights && config.contains("quantization_config"))
    throw CheckpointError(concat(path.string(),
                                 ": the weights are quantised (\"quantization_config\"), which is "
                                 "not supported; give the folder of the model as it "
                                 "was published, in bfloat16"));
}

/// A pointer of Git LFS or a web page in place of weights.
void check_weights_file(const fs::path& path) {
  constexpr std::streamsize kHead = 512;
  std::string head(kHead, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), kHead);
  head.resize(static_cast<size_t>(file.gcount()));
  constexpr size_t kFirstOfHeader = 8;  // behind its length
  if (head.size() > kFirstOfHeader && head[kFirstOfHeader] == '{') return;
  if (const auto what = io::foreign_container(head))
    throw CheckpointError(concat(path.string(), ": ", *what));
}

}  // namespace

fs::path hub_folder() {
  if (const auto cache = environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const auto home = environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty())
    return fs::path(cache) / "huggingface" / "hub";
  return fs::path(environment("HOME")) / ".cache" / "huggingface" / "hub";
}

void check_model_folder(const ModelSection& model) {
  const fs::path folder = model.path;
  std::error_code ignored;
  if (!is_there(folder)) refuse_missing(model.path);
  if (!fs::is_directory(folder, ignored)) refuse_file(folder);
  const bool reads_weights = model.reads_weights();
  if (!is_there(folder / kConfig)) refuse_without_config(folder);
  check_adapter_folder(model);
  check_family(folder / kConfig, reads_weights);
  if (!reads_weights) return;
  if (is_there(folder / "model.safetensors"))
    check_weights_file(folder / "model.safetensors");
  else if (!is_there(folder / "model.safetensors.index.json"))
    refuse_without_weights(folder);
  // Other programs add it to the weights when they find it there; here only what is named counts.
  if (is_there(folder / kAdapterConfig) && model.adapter.empty())
    throw CheckpointError(concat(folder.string(),
                                 ": an adapter (LoRA) lies beside the weights: name it, "
                                 "model.adapter=",
                                 folder.string(), ", or move it away to do without it"));
}

}  // namespace vrlt::settings
