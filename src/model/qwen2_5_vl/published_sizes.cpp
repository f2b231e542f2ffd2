#include "model/qwen2_5_vl/published_sizes.h"

#include "model/qwen2_5_vl/config.h"
#include "model/qwen2_5_vl/shape.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

/// What differs between the published models; heads are of 128 numbers in all of them.
struct PublishedSize {
  const char* name;
  int64_t layers, width, heads, kv_heads, intermediate, vocabulary;
  bool ties_embedding;
  int64_t tower_intermediate;
};

constexpr PublishedSize kSizes[] = {
    {"qwen2.5-vl-3b", 36, 2048, 16, 2, 11008, 151936, true, 3420},
    {"qwen2.5-vl-7b", 28, 3584, 28, 4, 18944, 152064, false, 3420},
    {"qwen2.5-vl-32b", 64, 5120, 40, 8, 27648, 152064, false, 3456},
    {"qwen2.5-vl-72b", 80, 8192, 64, 8, 29568, 152064, false, 3456},
};

Config config_of(const PublishedSize& size) {
  Config config;
  config.vision = {.depth = 32,
                   .hidden_size = 1280,
                   .num_heads = 16,
                   .intermediate_size = size.tower_intermediate,
                   .out_hidden_size = size.width,
                   .full_attention_blocks = {7, 15, 23, 31}};
  config.text = {.hidden_size = size.width,
                 .num_layers = size.layers,
                 .num_heads = size.heads,
                 .num_kv_heads = size.kv_heads,
                 .head_dim = 128,
                 .intermediate_size = size.intermediate,
                 .vocab_size = size.vocabulary,
                 .has_qkv_biases = true,
                 .tie_word_embeddings = size.ties_embedding};
  return config;
}

}  // namespace

std::optional<ModelShape> published_shape(const std::string& name) {
  for (const auto& size : kSizes)
    if (name.find(size.name) != std::string::npos) return shape_of(config_of(size));
  return {};
}

}  // namespace vrlt::model::qwen2_5_vl
