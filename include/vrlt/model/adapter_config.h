#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "vrlt/io/json.h"
#include "vrlt/model/lora_config.h"

namespace vrlt::model {

// The folder of an adapter as PEFT writes it: adapter_config.json, and the factors in
// adapter_model.safetensors. No LibTorch here.

inline constexpr const char* kAdapterConfigFile = "adapter_config.json";
inline constexpr const char* kAdapterWeightsFile = "adapter_model.safetensors";

/// What such a folder says of itself.
struct AdapterDescription {
  LoraConfig lora;   ///< Its targets are those that have factors.
  std::string base;  ///< "base_model_name_or_path", perhaps empty.
};

/// Whose factor a tensor is.
struct LoraTensor {
  int64_t layer = 0;
  const LoraTarget* target = nullptr;
  bool is_b = false;

  /// Its name in a model's table. @param text_prefix  of the decoder's parameters: "model.".
  std::string name(const std::string& text_prefix) const;
  /// Its name in a folder that we write: what PEFT reads since transformers 4.52.
  std::string peft_name() const;
};

/// By a name in a file: as PEFT writes it with transformers since 4.52 or before, or as in a table
/// of ours. None for anything else, such as the factors of a vision tower.
std::optional<LoraTensor> parse_lora_tensor(const std::string& name);

/// Opens no weights but their header.
/// @throws MissingInputError; CheckpointError for what is no adapter, or one of another kind, and
/// says what to do: DoRA, dropout, biases, trained modules, ranks of their own, factors outside the
/// decoder's layers; DataError.
AdapterDescription read_adapter(const std::filesystem::path& folder);

/// adapter_config.json of an adapter. Source: PEFT, LoraConfig; the keys without which it or vLLM
/// would take defaults that are not ours.
io::Json adapter_config_json(const AdapterDescription& description);

/// The regular expression by which PEFT finds these matrices in both layouts of names, and none in
/// a vision tower, whose matrices have the same names.
std::string target_pattern(const LoraConfig& lora);

}  // namespace vrlt::model
