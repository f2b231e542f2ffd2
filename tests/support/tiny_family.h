#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include "tests/support/tiny_model.h"
#include "tests/support/tiny_prompts.h"

namespace vrlt::test {

/// A model family with a model small enough for any test, for what is promised of every family.
struct TinyFamily {
  const char* name;         ///< `model_type`.
  int64_t patch_values;     ///< Numbers in the row of a patch.
  const char* text_prefix;  ///< What names of the decoder's parameters begin with.
  io::Json (*config)();     ///< With the special ids of tiny_model.h.
};
inline void PrintTo(const TinyFamily& family, std::ostream* out) { *out << family.name; }

/// As tiny_model_config(), of Qwen3-VL: a tower of two blocks, both of them a level, which are
/// added behind the first two of three layers.
inline io::Json tiny_qwen3_config() {
  return io::Json::parse(R"({
    "architectures": ["Qwen3VLForConditionalGeneration"],
    "model_type": "qwen3_vl",
    "vision_start_token_id": 1009, "vision_end_token_id": 1010,
    "image_token_id": 1012, "video_token_id": 1013,
    "tie_word_embeddings": true, "torch_dtype": "float32",
    "text_config": {
      "model_type": "qwen3_vl_text", "bos_token_id": 1000, "eos_token_id": 1002,
      "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 48, "initializer_range": 0.2,
      "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
      "max_position_embeddings": 4096, "rms_norm_eps": 1e-06, "rope_theta": 5000000.0,
      "rope_scaling": {"rope_type": "default", "mrope_interleaved": true, "mrope_section": [4, 2, 2]},
      "attention_bias": false, "vocab_size": 1024
    },
    "vision_config": {
      "depth": 2, "deepstack_visual_indexes": [0, 1], "hidden_act": "gelu_pytorch_tanh",
      "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "in_channels": 3,
      "num_position_embeddings": 36, "out_hidden_size": 32, "patch_size": 16,
      "spatial_merge_size": 2, "temporal_patch_size": 2
    }
  })");
}

inline constexpr TinyFamily kTinyFamilies[] = {
    {"qwen2_5_vl", 3 * 2 * 14 * 14, "model.", tiny_model_config},
    {"qwen3_vl", 3 * 2 * 16 * 16, "model.language_model.", tiny_qwen3_config},
};

/// As make_tiny_model_folder(), of a family.
inline std::filesystem::path make_tiny_family_folder(
    const TinyFamily& family, const std::filesystem::path& folder,
    const io::Json& overrides = io::Json::object()) {
  auto config = family.config();
  config.merge_patch(overrides);
  make_tiny_model_folder(folder);
  io::write_file_atomic(folder / "config.json", config.dump(2) + "\n");
  return folder;
}

/// As TinyPrompts::video(), with patches of the family.
inline std::shared_ptr<processor::ModelInputs> video_of(const TinyFamily& family,
                                                        TinyPrompts& random, int64_t T, int64_t H,
                                                        int64_t W, int64_t after) {
  auto prompt = random.video(T, H, W, after);
  prompt->pixel_values_videos = random.normal({T * H * W, family.patch_values});
  return prompt;
}

}  // namespace vrlt::test
