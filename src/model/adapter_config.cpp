#include "vrlt/model/adapter_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::model {
namespace fs = std::filesystem;
namespace {

/// What the names in a file begin with.
constexpr const char* kPrefixes[] = {"base_model.model.model.language_model.",
                                     "base_model.model.model.",
                                     "base_model.model.language_model.model.",
                                     "model.language_model.",
                                     "language_model.model.",
                                     "model.",
                                     ""};
constexpr const char *kEndOfA = ".lora_A.weight", *kEndOfB = ".lora_B.weight";

constexpr const char* kMerge =
    "merge the adapter into its base (in Python, peft's merge_and_unload()) and give the merged "
    "folder as model.path";
constexpr const char* kDropout =
    "responses are sampled without it, and the update must see the same policy; it acts in "
    "training alone: set \"lora_dropout\": 0 in the file to go on without";

/// A key of adapter_config.json that must have one of some values, null where it may be absent.
struct NeutralKey {
  const char* name;
  std::vector<io::Json> neutral;
  const char* what_to_do;
};

const std::vector<NeutralKey>& neutral_keys() {
  static const io::Json none, no_list = io::Json::array(), no_map = io::Json::object();
  static const std::vector<NeutralKey> keys = {
      {"lora_dropout", {none, 0, 0.0}, kDropout},
      {"use_dora", {none, false}, kMerge},
      {"bias", {none, "none"}, kMerge},
      {"lora_bias", {none, false}, kMerge},
      {"modules_to_save", {none, no_list}, kMerge},
      {"rank_pattern", {none, no_map}, kMerge},
      {"alpha_pattern", {none, no_map}, kMerge},
      {"fan_in_fan_out", {none, false}, kMerge},
      {"layer_replication", {none, no_list}, kMerge},
      {"target_parameters", {none, no_list}, kMerge},
      {"trainable_token_indices", {none, no_list, no_map}, kMerge},
      {"alora_invocation_tokens", {none, no_list}, kMerge},
      {"use_bdlora", {none, false}, kMerge},
      {"arrow_config", {none, no_map}, kMerge},
      {"kasa_config", {none, no_map}, kMerge},
      {"monteclora_config", {none, no_map}, kMerge},
      {"velora_config", {none, no_map}, kMerge},
      {"layers_to_transform", {none}, kMerge},
      {"use_qalora", {none, false}, kMerge},
      // the others change the base's weights too
      {"init_lora_weights", {none, true, false, "gaussian", "eva", "orthogonal"}, kMerge}};
  return keys;
}

/// Reads the fields of an adapter_config.json.
class Fields {
 public:
  Fields(const io::Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  io::Json get(const char* name) const { return json_.value(name, io::Json()); }

  [[noreturn]] void refuse(const char* name, const std::string& expected) const {
    throw CheckpointError(concat(path_, ": \"", name, "\" is ", io::excerpt(get(name)), expected));
  }

  void check_kind() const {
    if (get("peft_type") != "LORA")
      refuse("peft_type", concat(", the only adapters here are \"LORA\"; ", kMerge));
    for (const auto& [name, neutral, what_to_do] : neutral_keys())
      if (std::find(neutral.begin(), neutral.end(), get(name)) == neutral.end())
        refuse(name, concat(", which is not supported; ", what_to_do));
  }

  int64_t rank() const {
    constexpr int64_t kLargest = 1 << 20;
    const auto value = get("r");
    if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kLargest)
      refuse("r", ", expected a rank of at least 1");
    return value.get<int64_t>();
  }

  double alpha() const {
    const auto value = get("lora_alpha");
    if (!value.is_number() || !(value.get<double>() > 0) || !std::isfinite(value.get<double>()))
      refuse("lora_alpha", ", expected a number above 0");
    return value.get<double>();
  }

  bool rslora() const {
    const auto value = get("use_rslora");
    if (!value.is_null() && !value.is_boolean()) refuse("use_rslora", ", expected true or false");
    return value == true;
  }

  std::string base() const {
    const auto value = get("base_model_name_or_path");
    return value.is_string() ? value.get<std::string>() : "";
  }

 private:
  const io::Json& json_;
  std::string path_;
};

/// The names in the header of a safetensors file. Whoever opens the file checks the rest.
std::vector<std::string> names_in(const fs::path& path) {
  constexpr uint64_t kLengthBytes = 8, kMostBytes = 100'000'000;
  const io::MappedFile file(path);
  uint64_t length = 0;
  if (file.size() >= kLengthBytes) std::memcpy(&length, file.data(), kLengthBytes);
  if (length == 0 || length > kMostBytes || length > file.size() - kLengthBytes)
    throw CheckpointError(concat(path.string(), ": not a safetensors file"));
  const auto header = io::parse_json(
      {reinterpret_cast<const char*>(file.data()) + kLengthBytes, static_cast<size_t>(length)},
      path.string(), {.max_bytes = kMostBytes});
  std::vector<std::string> names;
  if (header.is_object())
    for (const auto& [name, value] : header.items())
      if (name != "__metadata__") names.push_back(name);
  return names;
}

[[noreturn]] void refuse_tensor(const fs::path& path, const std::string& name) {
  const bool is_vision =
      name.find("visual.") != std::string::npos || name.find("vision_tower.") != std::string::npos;
  throw CheckpointError(concat(
      path.string(), ": ", io::excerpt(name),
      is_vision ? " is of the vision tower" : " is no factor beside a matrix of the decoder",
      ", and adapters stand beside ", target_pattern({}), " alone; ", kMerge,
      is_vision ? ", or train it with that as target_modules: a list of names matches the tower too"
                : ""));
}

/// The targets that have factors, in the order of kLoraTargets.
std::vector<std::string> targets_in(const fs::path& path) {
  std::set<const LoraTarget*> found;
  for (const auto& name : names_in(path)) {
    const auto tensor = parse_lora_tensor(name);
    if (!tensor) refuse_tensor(path, name);
    found.insert(tensor->target);
  }
  if (found.empty()) throw CheckpointError(concat(path.string(), ": holds no factors"));
  std::vector<std::string> targets;
  for (const auto& target : kLoraTargets)
    if (found.contains(&target)) targets.emplace_back(target.name);
  return targets;
}

/// A list of targets must be that of the factors: what it names besides would silently be missing.
void check_list(const fs::path& folder, const io::Json& listed, const LoraConfig& lora) {
  if (!listed.is_array()) return;
  for (const auto& item : listed) {
    const auto name = item.is_string() ? item.get<std::string>() : std::string();
    const auto last = name.substr(name.rfind('.') + 1);
    if (!lora.has_target(last))
      throw CheckpointError(concat((folder / kAdapterConfigFile).string(),
                                   ": \"target_modules\" has ", io::excerpt(item), ", of which ",
                                   kAdapterWeightsFile, " holds no factors"));
  }
}

void require_files(const fs::path& folder) {
  if (!io::exists(folder / kAdapterConfigFile))
    throw MissingInputError(concat((folder / kAdapterConfigFile).string(),
                                   ": no such file; expected the folder of an adapter as PEFT "
                                   "writes it, or checkpoints/step-*/adapter of a run"));
  if (!io::exists(folder / kAdapterWeightsFile))
    throw MissingInputError(
        concat((folder / kAdapterWeightsFile).string(), ": no such file",
               io::exists(folder / "adapter_model.bin")
                   ? "; adapter_model.bin is a pickle, which can run code when it is read: in "
                     "Python, PeftModel.from_pretrained(..).save_pretrained(NEW_FOLDER)"
                   : ""));
}

}  // namespace

std::string LoraTensor::name(const std::string& text_prefix) const {
  return concat(text_prefix, "layers.", layer, ".", target->block, ".", target->name,
                is_b ? kEndOfB : kEndOfA);
}

std::string LoraTensor::peft_name() const { return name(kPrefixes[0]); }

std::optional<LoraTensor> parse_lora_tensor(const std::string& name) {
  std::string_view rest = name;
  for (const std::string_view prefix : kPrefixes)
    if (rest.starts_with(prefix)) {
      rest.remove_prefix(prefix.size());
      break;
    }
  constexpr std::string_view kLayers = "layers.";
  if (!rest.starts_with(kLayers)) return {};
  rest.remove_prefix(kLayers.size());
  LoraTensor tensor;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), tensor.layer);
  if (error != std::errc() || tensor.layer < 0) return {};
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  for (const auto& target : kLoraTargets)
    for (const bool is_b : {false, true})
      if (rest == concat(".", target.block, ".", target.name, is_b ? kEndOfB : kEndOfA)) {
        tensor.target = &target;
        tensor.is_b = is_b;
        return tensor;
      }
  return {};
}

AdapterDescription read_adapter(const fs::path& folder) {
  if (!io::is_folder(folder))
    throw MissingInputError(concat(folder.string(), ": no such folder; expected an adapter's"));
  require_files(folder);
  const auto path = folder / kAdapterConfigFile;
  const auto json = io::read_json(path);
  if (!json.is_object())
    throw CheckpointError(concat(path.string(), ": is ", io::excerpt(json), ", not an object"));
  const Fields fields(json, path.string());
  fields.check_kind();
  AdapterDescription found{.lora = {.rank = fields.rank(),
                                    .alpha = fields.alpha(),
                                    .rslora = fields.rslora(),
                                    .targets = targets_in(folder / kAdapterWeightsFile)},
                           .base = fields.base()};
  check_list(folder, fields.get("target_modules"), found.lora);
  return found;
}

std::string target_pattern(const LoraConfig& lora) {
  std::string blocks;
  for (const char* block : {"self_attn", "mlp"}) {
    std::string names;
    for (const auto& target : kLoraTargets) {
      if (std::string_view(target.block) != block || !lora.has_target(target.name)) continue;
      const std::string_view name = target.name;
      names += concat(names.empty() ? "" : "|", name.substr(0, name.rfind("_proj")));
    }
    if (!names.empty()) blocks += concat(blocks.empty() ? "" : "|", block, "\\.(", names, ")_proj");
  }
  return concat("model\\.(language_model\\.)?layers\\.\\d+\\.(", blocks, ")");
}

io::Json adapter_config_json(const AdapterDescription& description) {
  const auto& lora = description.lora;
  // a whole number as PEFT writes it
  const bool whole = lora.alpha == std::floor(lora.alpha) && lora.alpha < 1e15;
  return {{"peft_type", "LORA"},
          {"task_type", "CAUSAL_LM"},
          {"base_model_name_or_path", description.base},
          {"r", lora.rank},
          {"lora_alpha", whole ? io::Json(static_cast<int64_t>(lora.alpha)) : io::Json(lora.alpha)},
          {"lora_dropout", 0.0},
          {"bias", "none"},
          {"fan_in_fan_out", false},
          {"inference_mode", true},
          {"init_lora_weights", true},
          {"use_rslora", lora.rslora},
          {"use_dora", false},
          {"modules_to_save", io::Json()},
          {"target_modules", target_pattern(lora)}};
}

}  // namespace vrlt::model
