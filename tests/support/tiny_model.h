#pragma once

#include <filesystem>

#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::test {

/// config.json of a model small enough for any test: 2 layers of width 32, 4 query and 2 key heads,
/// and a vision tower of one block with windows of 2x2 merged units and one full one. Special ids
/// are those of the golden mini tokenizer. The weights' standard deviation of 0.2 keeps attention
/// from being flat.
inline io::Json tiny_model_config() {
  return io::Json::parse(R"({
    "architectures": ["Qwen2_5_VLForConditionalGeneration"],
    "model_type": "qwen2_5_vl",
    "bos_token_id": 1000, "eos_token_id": 1002,
    "vision_start_token_id": 1009, "vision_end_token_id": 1010, "vision_token_id": 1011,
    "image_token_id": 1012, "video_token_id": 1013,
    "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 48, "initializer_range": 0.2,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 4096, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
    "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
    "tie_word_embeddings": true, "torch_dtype": "float32", "use_sliding_window": false, "vocab_size": 1024,
    "vision_config": {
      "depth": 2, "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "in_chans": 3,
      "out_hidden_size": 32, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14, "temporal_patch_size": 2,
      "tokens_per_second": 2, "window_size": 56, "fullatt_block_indexes": [1]
    }
  })");
}

/// Writes config.json and generation_config.json, to be opened with ModelOptions{.random_weights =
/// true}.
/// @param overrides  merged into the config as by JSON merge patch: null removes a key.  @return
/// `folder`.
inline std::filesystem::path make_tiny_model_folder(
    const std::filesystem::path& folder, const io::Json& overrides = io::Json::object()) {
  auto config = tiny_model_config();
  config.merge_patch(overrides);
  std::filesystem::create_directories(folder);
  io::write_file_atomic(folder / "config.json", config.dump(2) + "\n");
  io::write_file_atomic(
      folder / "generation_config.json",
      R"({"bos_token_id": 1000, "pad_token_id": 1000, "eos_token_id": [1002, 1000]})"
      "\n");
  return folder;
}

}  // namespace vrlt::test
