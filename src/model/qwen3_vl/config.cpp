#include "model/qwen3_vl/config.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "model/config_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen3_vl {
namespace {

using io::Json;

constexpr int64_t kMaxLayers = 1024, kMaxPatchSide = 256, kMaxMerge = 16, kDefaultHeadDim = 128;

void check_vision(const VisionConfig& vision, int64_t text_hidden_size, int64_t text_layers,
                  const std::string& origin) {
  const auto refuse = [&](const auto&... parts) {
    throw DataError(concat(origin, ": ", parts...));
  };
  if (vision.hidden_size % vision.num_heads != 0 || vision.head_dim() % 4 != 0)
    refuse("hidden_size/num_heads is ", vision.hidden_size, "/", vision.num_heads,
           ", expected a multiple of 4");
  if (vision.out_hidden_size != text_hidden_size)
    refuse("out_hidden_size ", vision.out_hidden_size, " differs from text hidden_size ",
           text_hidden_size);
  const auto side = std::llround(std::sqrt(static_cast<double>(vision.num_position_embeddings)));
  if (side * side != vision.num_position_embeddings)
    refuse("num_position_embeddings is ", vision.num_position_embeddings, ", expected a square");
  const auto& blocks = vision.deepstack_blocks;
  if (std::adjacent_find(blocks.begin(), blocks.end(), std::greater_equal<>()) != blocks.end())
    refuse(
        "deepstack_visual_indexes must ascend: the reference takes levels in the order of "
        "blocks and their mergers in the order of the list");
  if (!blocks.empty() && blocks.back() >= vision.depth)
    refuse("deepstack_visual_indexes names block ", blocks.back(), ", the tower has ",
           vision.depth);
  if (vision.num_levels() > text_layers)
    refuse("deepstack_visual_indexes has ", vision.num_levels(),
           " entries, more than the text model has layers (", text_layers, ")");
}

VisionConfig parse_vision(const ConfigFields& fields, const TextShape& text,
                          const std::string& origin) {
  VisionConfig vision;
  vision.depth = fields.integer("depth", {}, kMaxLayers);
  vision.hidden_size = fields.integer("hidden_size");
  vision.num_heads = fields.integer("num_heads");
  vision.intermediate_size = fields.integer("intermediate_size");
  vision.out_hidden_size = fields.integer("out_hidden_size");
  vision.patch_size = fields.integer("patch_size", 16, kMaxPatchSide);
  vision.temporal_patch_size = fields.integer("temporal_patch_size", 2, kMaxPatchSide);
  vision.spatial_merge_size = fields.integer("spatial_merge_size", 2, kMaxMerge);
  vision.num_position_embeddings = fields.integer("num_position_embeddings");
  vision.deepstack_blocks = fields.integers("deepstack_visual_indexes");
  fields.require("in_channels", 3);
  fields.require("hidden_act", "gelu_pytorch_tanh");
  check_vision(vision, text.hidden_size, text.num_layers, origin);
  return vision;
}

std::vector<int64_t> parse_axes(const ConfigFields& rope, int64_t head_dim,
                                const std::string& origin) {
  for (const char* key : {"rope_type", "type"})
    if (const Json* type = rope.find(key); type != nullptr && *type != "default")
      throw DataError(
          concat(origin, ": RoPE type ", io::excerpt(*type), " is not supported (default is)"));
  if (const Json* flag = rope.find("mrope_interleaved"); flag != nullptr && *flag != true)
    throw DataError(concat(origin, ": \"mrope_interleaved\" is ", io::excerpt(*flag),
                           "; the reference interleaves whatever it says"));
  const auto sections = rope.integers("mrope_section");
  if (sections.size() != 3)
    throw DataError(
        concat(origin, ": mrope_section has ", sections.size(), " entries, expected 3"));
  const auto axes = interleaved_axes(sections, head_dim / 2);
  std::vector<int64_t> counts;
  for (int64_t axis = 0; axis < 3; ++axis)
    counts.push_back(std::count(axes.begin(), axes.end(), axis));
  if (counts != sections)
    throw DataError(concat(origin, ": mrope_section [", sections[0], ", ", sections[1], ", ",
                           sections[2], "] would give the axes ", counts[0], ", ", counts[1],
                           " and ", counts[2], " of the ", head_dim / 2, " frequencies"));
  return axes;
}

TextShape parse_text(const ConfigFields& fields, const ConfigFields& rope,
                     const std::string& origin) {
  TextShape text{.has_qk_norms = true};
  text.hidden_size = fields.integer("hidden_size");
  text.num_layers = fields.integer("num_hidden_layers", {}, kMaxLayers);
  text.num_heads = fields.integer("num_attention_heads");
  text.num_kv_heads = fields.integer("num_key_value_heads", text.num_heads);
  text.head_dim = fields.integer("head_dim", kDefaultHeadDim);
  text.intermediate_size = fields.integer("intermediate_size");
  text.vocab_size = fields.integer("vocab_size");
  text.rms_norm_eps = fields.number("rms_norm_eps", 1e-6);
  // required: the reference's default is another one than that of the models
  text.rope_theta = (rope.find("rope_theta") != nullptr ? rope : fields).number("rope_theta");
  fields.require("hidden_act", "silu");
  fields.require("attention_bias", false);
  if (text.num_heads % text.num_kv_heads != 0)
    throw DataError(concat(origin, ": num_attention_heads ", text.num_heads,
                           " is not a multiple of num_key_value_heads ", text.num_kv_heads));
  text.rope_axes = parse_axes(rope, text.head_dim, origin);
  return text;
}

std::optional<bool> parse_tie(const Json& json, const Json& text, const std::string& origin) {
  const Json* tie = ConfigFields({&json, &text}, origin).find("tie_word_embeddings");
  if (tie == nullptr) return {};
  if (!tie->is_boolean())
    throw DataError(
        concat(origin, ": \"tie_word_embeddings\" is ", io::excerpt(*tie), ", expected a boolean"));
  return tie->get<bool>();
}

}  // namespace

std::vector<int64_t> interleaved_axes(const std::vector<int64_t>& sections, int64_t frequencies) {
  std::vector<int64_t> axes;
  for (int64_t j = 0; j < frequencies; ++j) {
    const int64_t axis = j % 3;
    axes.push_back(axis > 0 && j < 3 * sections[static_cast<size_t>(axis)] ? axis : 0);
  }
  return axes;
}

Config parse_config(const Json& json, const std::string& origin) {
  if (!json.is_object())
    throw DataError(concat(origin, ": expected a JSON object, found ", io::excerpt(json)));
  const Json* text_json = find_object(json, "text_config");
  const Json* vision_json = find_object(json, "vision_config");
  for (const auto& [name, part] :
       {std::pair("text_config", text_json), std::pair("vision_config", vision_json)})
    if (part == nullptr)
      throw DataError(concat(origin, ": \"", name, "\" is missing or not an object"));
  const auto text_origin = origin + ": text_config", vision_origin = origin + ": vision_config";
  const ConfigFields text_fields({text_json}, text_origin);
  if (const Json* experts = text_fields.find("num_experts"); experts != nullptr && *experts != 0)
    throw DataError(concat(text_origin, ": a Mixture of Experts (\"num_experts\" is ",
                           io::excerpt(*experts),
                           "), which is not supported; the dense Qwen3-VL models (2B, 4B, 8B, 32B) "
                           "are"));
  const ConfigFields rope_fields(
      {text_fields.find("rope_parameters"), text_fields.find("rope_scaling")}, text_origin);

  Config config;
  config.text = parse_text(text_fields, rope_fields, text_origin);
  config.vision =
      parse_vision(ConfigFields({vision_json}, vision_origin), config.text, vision_origin);
  config.initializer_range = text_fields.number("initializer_range", 0.02);
  config.tie_word_embeddings = parse_tie(json, *text_json, origin);
  config.text.tie_word_embeddings = config.tie_word_embeddings.value_or(false);
  return config;
}

}  // namespace vrlt::model::qwen3_vl
