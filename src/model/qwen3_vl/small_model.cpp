#include "model/qwen3_vl/small_model.h"

#include "model/qwen3_vl/geometry.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::model::qwen3_vl {

void write_small_model(const SmallModel& sizes, const tokenizer::Tokenizer& tokenizer,
                       const std::filesystem::path& folder) {
  const auto id = [&](const char* token) { return *tokenizer.token_to_id(token); };
  constexpr int64_t kHeads = 4, kPositionsPerSide = 8;
  const int64_t head_dim = sizes.text_width / kHeads, pairs = head_dim / 2;
  const io::Json text = {{"model_type", "qwen3_vl_text"},
                         {"attention_bias", false},
                         {"bos_token_id", id("<|endoftext|>")},
                         {"eos_token_id", id("<|im_end|>")},
                         {"head_dim", head_dim},
                         {"hidden_act", "silu"},
                         {"hidden_size", sizes.text_width},
                         {"initializer_range", 0.1},
                         {"intermediate_size", 2 * sizes.text_width},
                         {"num_attention_heads", kHeads},
                         {"num_hidden_layers", sizes.text_layers},
                         {"num_key_value_heads", kHeads / 2},
                         {"rms_norm_eps", 1e-6},
                         {"rope_theta", 1000.0},
                         {"rope_scaling",
                          {{"rope_type", "default"},
                           {"mrope_interleaved", true},
                           {"mrope_section", {pairs - 2 * (pairs / 4), pairs / 4, pairs / 4}}}},
                         {"vocab_size", (tokenizer.vocab_size() + 15) / 16 * 16}};
  const io::Json vision = {{"model_type", "qwen3_vl"},
                           {"deepstack_visual_indexes", {0}},
                           {"depth", sizes.vision_layers},
                           {"hidden_act", "gelu_pytorch_tanh"},
                           {"hidden_size", sizes.vision_width},
                           {"in_channels", 3},
                           {"intermediate_size", 2 * sizes.vision_width},
                           {"num_heads", 4},
                           {"num_position_embeddings", kPositionsPerSide * kPositionsPerSide},
                           {"out_hidden_size", sizes.text_width},
                           {"patch_size", kGeometry.patch_size},
                           {"spatial_merge_size", kGeometry.merge_size},
                           {"temporal_patch_size", kGeometry.temporal_patch}};
  const io::Json json = {{"architectures", {"Qwen3VLForConditionalGeneration"}},
                         {"model_type", "qwen3_vl"},
                         {"image_token_id", id("<|image_pad|>")},
                         {"video_token_id", id("<|video_pad|>")},
                         {"vision_start_token_id", id("<|vision_start|>")},
                         {"vision_end_token_id", id("<|vision_end|>")},
                         {"tie_word_embeddings", true},
                         {"torch_dtype", "float32"},
                         {"text_config", text},
                         {"vision_config", vision}};
  io::write_file_atomic(folder / "config.json", json.dump(2) + "\n");
  const io::Json generation = {{"eos_token_id", {id("<|im_end|>"), id("<|endoftext|>")}},
                               {"pad_token_id", id("<|endoftext|>")}};
  io::write_file_atomic(folder / "generation_config.json", generation.dump(2) + "\n");
}

}  // namespace vrlt::model::qwen3_vl
