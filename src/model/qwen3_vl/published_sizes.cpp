#include "model/qwen3_vl/published_sizes.h"

#include "model/qwen3_vl/config.h"
#include "model/qwen3_vl/shape.h"

namespace vrlt::model::qwen3_vl {
namespace {

/// What differs between the published dense models (docs/spec/qwen3_vl.md#config); heads of the
/// decoder are of 128 numbers in all of them, the tower has 16 and gives three levels.
struct PublishedSize {
  const char* name;
  int64_t layers, width, heads, intermediate;
  bool ties_embedding;
  int64_t tower_depth, tower_width, tower_intermediate;
  int64_t first_level, between_levels;  ///< Blocks behind which levels leave the tower.
};

constexpr PublishedSize kSizes[] = {
    {"qwen3-vl-2b", 28, 2048, 16, 6144, true, 24, 1024, 4096, 5, 6},
    {"qwen3-vl-4b", 36, 2560, 32, 9728, true, 24, 1024, 4096, 5, 6},
    {"qwen3-vl-8b", 36, 4096, 32, 12288, false, 27, 1152, 4304, 8, 8},
    {"qwen3-vl-32b", 64, 5120, 64, 25600, false, 27, 1152, 4304, 8, 8},
};

Config config_of(const PublishedSize& size) {
  Config config;
  const int64_t first = size.first_level, between = size.between_levels;
  config.vision = {.depth = size.tower_depth,
                   .hidden_size = size.tower_width,
                   .num_heads = 16,
                   .intermediate_size = size.tower_intermediate,
                   .out_hidden_size = size.width,
                   .num_position_embeddings = 2304,
                   .deepstack_blocks = {first, first + between, first + 2 * between}};
  config.text = {.hidden_size = size.width,
                 .num_layers = size.layers,
                 .num_heads = size.heads,
                 .num_kv_heads = 8,
                 .head_dim = 128,
                 .intermediate_size = size.intermediate,
                 .vocab_size = 151936,
                 .has_qk_norms = true,
                 .tie_word_embeddings = size.ties_embedding};
  return config;
}

}  // namespace

std::optional<ModelShape> published_shape(const std::string& name) {
  for (const auto& size : kSizes)
    if (name.find(size.name) != std::string::npos) return shape_of(config_of(size));
  return {};
}

}  // namespace vrlt::model::qwen3_vl
