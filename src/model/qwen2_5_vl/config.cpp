#include "model/qwen2_5_vl/config.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

using io::Json;

constexpr int64_t kMaxLayers = 1024, kMaxPatchSide = 256, kMaxMerge = 16;

/// Looks a field up in several objects in turn.
class FieldReader {
 public:
  FieldReader(std::vector<const Json*> places, std::string origin) : places_(std::move(places)), origin_(std::move(origin)) {}

  const Json* find(const std::string& name) const {
    for (const Json* place : places_) {
      if (place == nullptr || !place->is_object()) continue;
      const auto found = place->find(name);
      if (found != place->end() && !found->is_null()) return &*found;
    }
    return nullptr;
  }

  /// The limits keep every product of sizes inside int64.
  int64_t integer(const std::string& name, std::optional<int64_t> fallback = {}, int64_t largest = 1 << 20) const {
    const Json* value = find(name);
    if (value == nullptr && fallback) return *fallback;
    if (value == nullptr) throw DataError(concat(origin_, ": \"", name, "\" is missing"));
    if (!value->is_number_integer() || value->get<int64_t>() < 1 || value->get<int64_t>() > largest)
      throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value), ", expected an integer from 1 to ", largest));
    return value->get<int64_t>();
  }

  double number(const std::string& name, double fallback) const {
    const Json* value = find(name);
    if (value == nullptr) return fallback;
    if (!value->is_number() || !(value->get<double>() > 0.0))
      throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value), ", expected a positive number"));
    return value->get<double>();
  }

  std::vector<int64_t> integers(const std::string& name) const {
    const Json* value = find(name);
    if (value == nullptr || !value->is_array())
      throw DataError(concat(origin_, ": \"", name, "\" is ", value == nullptr ? "missing" : io::excerpt(*value), ", expected a list"));
    constexpr int64_t kLargestItem = 1 << 20;
    std::vector<int64_t> result;
    for (const Json& item : *value) {
      if (!item.is_number_integer() || item.get<int64_t>() < 0 || item.get<int64_t>() > kLargestItem)
        throw DataError(concat(origin_, ": \"", name, "\" holds ", io::excerpt(item), ", expected integers from 0 to ", kLargestItem));
      result.push_back(item.get<int64_t>());
    }
    return result;
  }

  void require(const std::string& name, const Json& supported) const {
    const Json* value = find(name);
    if (value != nullptr && *value != supported)
      throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value), "; only ", supported.dump(), " is supported"));
  }

 private:
  std::vector<const Json*> places_;
  std::string origin_;
};

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

VisionConfig parse_vision(const FieldReader& fields, int64_t text_hidden_size, const std::string& origin) {
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
    throw DataError(concat(origin, ": hidden_size/num_heads is ", vision.hidden_size, "/", vision.num_heads, ", expected a multiple of 4"));
  if (vision.out_hidden_size != text_hidden_size)
    throw DataError(concat(origin, ": out_hidden_size ", vision.out_hidden_size, " differs from text hidden_size ", text_hidden_size));
  if (vision.window_size / vision.spatial_merge_size / vision.patch_size < 1)
    throw DataError(concat(origin, ": window_size ", vision.window_size, " is smaller than one merged patch"));
  return vision;
}

/// The axis of every frequency: sections follow each other. @param sections  frequencies per axis.
std::vector<int64_t> axes_of(const std::vector<int64_t>& sections) {
  std::vector<int64_t> axes;
  for (size_t axis = 0; axis < sections.size(); ++axis) axes.insert(axes.end(), static_cast<size_t>(sections[axis]), static_cast<int64_t>(axis));
  return axes;
}

TextShape parse_text(const FieldReader& fields, const FieldReader& rope, const std::string& origin) {
  TextShape text{.has_qkv_biases = true};
  text.hidden_size = fields.integer("hidden_size");
  text.num_layers = fields.integer("num_hidden_layers", {}, kMaxLayers);
  text.num_heads = fields.integer("num_attention_heads");
  text.num_kv_heads = fields.integer("num_key_value_heads", text.num_heads);
  text.head_dim = fields.integer("head_dim", text.hidden_size / text.num_heads);
  if (text.hidden_size % text.num_heads != 0)
    throw DataError(concat(origin, ": hidden_size ", text.hidden_size, " is not a multiple of num_attention_heads ", text.num_heads));
  text.intermediate_size = fields.integer("intermediate_size");
  text.vocab_size = fields.integer("vocab_size");
  text.rms_norm_eps = fields.number("rms_norm_eps", 1e-6);
  text.rope_theta = rope.number("rope_theta", fields.number("rope_theta", 1e6));
  const auto sections = rope.integers("mrope_section");
  fields.require("hidden_act", "silu");
  fields.require("use_sliding_window", false);
  if (text.num_heads % text.num_kv_heads != 0)
    throw DataError(concat(origin, ": num_attention_heads ", text.num_heads, " is not a multiple of num_key_value_heads ", text.num_kv_heads));
  const int64_t frequencies = std::accumulate(sections.begin(), sections.end(), int64_t{0});
  if (sections.size() != 3 || 2 * frequencies != text.head_dim)
    throw DataError(concat(origin, ": mrope_section must have 3 entries that sum to head_dim/2 = ", text.head_dim / 2, ", got sum ", frequencies));
  text.rope_axes = axes_of(sections);
  for (const char* key : {"rope_type", "type"}) {
    const Json* type = rope.find(key);
    if (type != nullptr && *type != "default" && *type != "mrope")
      throw DataError(concat(origin, ": RoPE type ", io::excerpt(*type), " is not supported (default and mrope are)"));
  }
  return text;
}

}  // namespace

bool VisionConfig::is_full_attention(int64_t block) const {
  return std::find(full_attention_blocks.begin(), full_attention_blocks.end(), block) != full_attention_blocks.end();
}

Config parse_config(const Json& json, const std::string& origin) {
  if (!json.is_object()) throw DataError(concat(origin, ": expected a JSON object, found ", io::excerpt(json)));
  const Json* nested = member(json, "text_config");
  const Json* vision_json = member(json, "vision_config");
  if (vision_json == nullptr) throw DataError(concat(origin, ": \"vision_config\" is missing or not an object"));
  const FieldReader text_fields({nested, &json}, origin);
  const FieldReader rope_fields({text_fields.find("rope_parameters"), text_fields.find("rope_scaling")}, origin);

  Config config;
  config.text = parse_text(text_fields, rope_fields, origin);
  const auto vision_origin = origin + ": vision_config";
  config.vision = parse_vision(FieldReader({vision_json}, vision_origin), config.text.hidden_size, vision_origin);
  config.initializer_range = text_fields.number("initializer_range", 0.02);
  const Json* tie = FieldReader({&json, nested}, origin).find("tie_word_embeddings");
  if (tie != nullptr && !tie->is_boolean())
    throw DataError(concat(origin, ": \"tie_word_embeddings\" is ", io::excerpt(*tie), ", expected a boolean"));
  config.text.tie_word_embeddings = tie != nullptr && tie->get<bool>();
  return config;
}

}  // namespace vrlt::model::qwen2_5_vl
