#include "model/qwen2_5_vl/config.h"

#include <algorithm>
#include <numeric>

#include "model/config_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

using io::Json;

constexpr int64_t kMaxLayers = 1024, kMaxPatchSide = 256, kMaxMerge = 16;

VisionConfig parse_vision(const ConfigFields& fields, int64_t text_hidden_size,
                          const std::string& origin) {
  VisionConfig vision;
  vision.depth = fields.integer("depth", {}, kMaxLayers);
  vision.hidden_size = fields.integer("hidden_size");
  vision.num_heads = fields.integer("num_heads");
  vision.intermediate_size = fields.integer("intermediate_size");
  vision.out_hidden_size = fields.integer("out_hidden_size");
  vision.patch_size = fields.integer("patch_size", 14, kMaxPatchSide);
  vision.temporal_patch_size = fields.integer("temporal_patch_size", 2, kMaxPatchSide);
  vision.spatial_merge_size = fields.integer("spatial_merge_size", 2, kMaxMerge);
  vision.in_channels = fields.integer("in_channels", fields.integer("in_chans", 3), kMaxPatchSide);
  vision.window_size = fields.integer("window_size", 112);
  vision.full_attention_blocks = fields.integers("fullatt_block_indexes");
  vision.tokens_per_second = fields.number("tokens_per_second", 2.0);
  fields.require("hidden_act", "silu");
  if (vision.hidden_size % vision.num_heads != 0 || vision.head_dim() % 4 != 0)
    throw DataError(concat(origin, ": hidden_size/num_heads is ", vision.hidden_size, "/",
                           vision.num_heads, ", expected a multiple of 4"));
  if (vision.out_hidden_size != text_hidden_size)
    throw DataError(concat(origin, ": out_hidden_size ", vision.out_hidden_size,
                           " differs from text hidden_size ", text_hidden_size));
  if (vision.window_size / vision.spatial_merge_size / vision.patch_size < 1)
    throw DataError(
        concat(origin, ": window_size ", vision.window_size, " is smaller than one merged patch"));
  return vision;
}

/// The axis of every frequency: sections follow each other. @param sections  frequencies per axis.
std::vector<int64_t> axes_of(const std::vector<int64_t>& sections) {
  std::vector<int64_t> axes;
  for (size_t axis = 0; axis < sections.size(); ++axis)
    axes.insert(axes.end(), static_cast<size_t>(sections[axis]), static_cast<int64_t>(axis));
  return axes;
}

TextShape parse_text(const ConfigFields& fields, const ConfigFields& rope,
                     const std::string& origin) {
  TextShape text{.has_qkv_biases = true};
  text.hidden_size = fields.integer("hidden_size");
  text.num_layers = fields.integer("num_hidden_layers", {}, kMaxLayers);
  text.num_heads = fields.integer("num_attention_heads");
  text.num_kv_heads = fields.integer("num_key_value_heads", text.num_heads);
  text.head_dim = fields.integer("head_dim", text.hidden_size / text.num_heads);
  if (text.hidden_size % text.num_heads != 0)
    throw DataError(concat(origin, ": hidden_size ", text.hidden_size,
                           " is not a multiple of num_attention_heads ", text.num_heads));
  text.intermediate_size = fields.integer("intermediate_size");
  text.vocab_size = fields.integer("vocab_size");
  text.rms_norm_eps = fields.number("rms_norm_eps", 1e-6);
  text.rope_theta = rope.number("rope_theta", fields.number("rope_theta", 1e6));
  const auto sections = rope.integers("mrope_section");
  fields.require("hidden_act", "silu");
  fields.require("use_sliding_window", false);
  if (text.num_heads % text.num_kv_heads != 0)
    throw DataError(concat(origin, ": num_attention_heads ", text.num_heads,
                           " is not a multiple of num_key_value_heads ", text.num_kv_heads));
  const int64_t frequencies = std::accumulate(sections.begin(), sections.end(), int64_t{0});
  if (sections.size() != 3 || 2 * frequencies != text.head_dim)
    throw DataError(concat(origin, ": mrope_section must have 3 entries that sum to head_dim/2 = ",
                           text.head_dim / 2, ", got sum ", frequencies));
  text.rope_axes = axes_of(sections);
  for (const char* key : {"rope_type", "type"}) {
    const Json* type = rope.find(key);
    if (type != nullptr && *type != "default" && *type != "mrope")
      throw DataError(concat(origin, ": RoPE type ", io::excerpt(*type),
                             " is not supported (default and mrope are)"));
  }
  return text;
}

}  // namespace

bool VisionConfig::is_full_attention(int64_t block) const {
  return std::find(full_attention_blocks.begin(), full_attention_blocks.end(), block) !=
         full_attention_blocks.end();
}

Config parse_config(const Json& json, const std::string& origin) {
  if (!json.is_object())
    throw DataError(concat(origin, ": expected a JSON object, found ", io::excerpt(json)));
  const Json* nested = find_object(json, "text_config");
  const Json* vision_json = find_object(json, "vision_config");
  if (vision_json == nullptr)
    throw DataError(concat(origin, ": \"vision_config\" is missing or not an object"));
  const ConfigFields text_fields({nested, &json}, origin);
  const ConfigFields rope_fields(
      {text_fields.find("rope_parameters"), text_fields.find("rope_scaling")}, origin);

  Config config;
  config.text = parse_text(text_fields, rope_fields, origin);
  const auto vision_origin = origin + ": vision_config";
  config.vision = parse_vision(ConfigFields({vision_json}, vision_origin), config.text.hidden_size,
                               vision_origin);
  config.initializer_range = text_fields.number("initializer_range", 0.02);
  const Json* tie = ConfigFields({&json, nested}, origin).find("tie_word_embeddings");
  if (tie != nullptr && !tie->is_boolean())
    throw DataError(
        concat(origin, ": \"tie_word_embeddings\" is ", io::excerpt(*tie), ", expected a boolean"));
  config.text.tie_word_embeddings = tie != nullptr && tie->get<bool>();
  return config;
}

}  // namespace vrlt::model::qwen2_5_vl
