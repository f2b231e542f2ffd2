#include "model/qwen2_5_vl/model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "model/qwen2_5_vl/weights.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/model/finite_weights.h"

namespace vrlt::model::qwen2_5_vl {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMaxShardBytes = 5'000'000'000;

/// Bounds the activations of one pass over prompts; a longer prompt still goes through whole.
constexpr int64_t kMaxPrefillTokens = 8192;

/// Positions of a response: the same number on all three axes. @return [3, length].
at::Tensor response_positions(int64_t first, int64_t length) { return (at::arange(length, at::kLong) + first).unsqueeze(0).expand({3, length}); }

int64_t checked_id(const io::Json& value, const char* name, int64_t vocab_size, const fs::path& file) {
  if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() >= vocab_size)
    throw DataError(concat(file.string(), ": \"", name, "\" is ", io::excerpt(value), ", expected a token id from 0 to ", vocab_size - 1));
  return value.get<int64_t>();
}

int64_t read_special_id(const Config& config, const io::Json& json, const char* name, const fs::path& folder) {
  const auto found = json.find(name);
  if (found == json.end()) throw DataError(concat((folder / "config.json").string(), ": \"", name, "\" is missing"));
  return checked_id(*found, name, config.text.vocab_size, folder / "config.json");
}

/// eos_token_id of one file, a number or a list; empty if it has none.
std::vector<int64_t> stop_ids_of(const io::Json& json, int64_t vocab_size, const fs::path& file) {
  constexpr const char* kName = "eos_token_id";
  if (!json.is_object() || !json.contains(kName) || json[kName].is_null()) return {};
  if (!json[kName].is_array()) return {checked_id(json[kName], kName, vocab_size, file)};
  std::vector<int64_t> ids;
  for (const auto& id : json[kName]) ids.push_back(checked_id(id, kName, vocab_size, file));
  return ids;
}

/// Those of generation_config.json, else of config.json.
std::vector<int64_t> read_stop_ids(const fs::path& folder, const Config& config, const io::Json& json) {
  const auto generation_path = folder / "generation_config.json", config_path = folder / "config.json";
  const int64_t vocab_size = config.text.vocab_size;
  std::vector<int64_t> ids;
  if (fs::exists(generation_path)) ids = stop_ids_of(io::read_json(generation_path), vocab_size, generation_path);
  if (ids.empty()) ids = stop_ids_of(json, vocab_size, config_path);
  if (ids.empty() && json.contains("text_config")) ids = stop_ids_of(json["text_config"], vocab_size, config_path);
  if (ids.empty()) throw DataError(concat(folder.string(), ": no eos_token_id in generation_config.json or config.json"));
  return ids;
}

}  // namespace

Model::Model(Config config, io::Json json, ParameterTable parameters, std::vector<int64_t> stop_ids, const fs::path& source_folder, bool checkpoints)
    : config_(std::move(config)),
      json_(std::move(json)),
      parameters_(std::move(parameters)),
      vision_encoder_(config_.vision, parameters_, checkpoints),
      text_decoder_(config_.text, parameters_, kTextPrefix, checkpoints),
      stop_ids_(std::move(stop_ids)),
      kept_files_(source_folder),
      video_token_id_(read_special_id(config_, json_, "video_token_id", source_folder)),
      image_token_id_(read_special_id(config_, json_, "image_token_id", source_folder)) {}

at::Tensor Model::encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) {
  counters_.videos_encoded += grid_thw.size(0);
  return vision_encoder_(pixel_values.to(device()), grid_thw);
}

std::string Model::vision_settings() const {
  // A field that is added does not compile until it is named here too.
  [[maybe_unused]] const auto& [depth, hidden_size, num_heads, intermediate_size, out_hidden_size, patch_size, temporal_patch_size,
                                spatial_merge_size, in_channels, window_size, full_attention_blocks, tokens_per_second] = config_.vision;
  return io::to_line({"qwen2_5_vl", depth, hidden_size, num_heads, intermediate_size, out_hidden_size, patch_size, temporal_patch_size,
                      spatial_merge_size, in_channels, window_size, full_attention_blocks});
}

/// Only prompt positions are scanned: a response may hold a pad id, which is plain text there.
at::Tensor Model::embed(const PromptGroup& group) const {
  const auto ids = group.prompt->input_ids.to(device());
  const auto embeddings = text_decoder_.embed(ids);
  const auto images = at::nonzero(ids == image_token_id_).squeeze(1), videos = at::nonzero(ids == video_token_id_).squeeze(1);
  const int64_t num_features = group.vision_features.defined() ? group.vision_features.size(0) : 0;
  if (images.size(0) + videos.size(0) != num_features)
    throw DataError(
        concat("the prompt holds ", images.size(0), " image and ", videos.size(0), " video tokens, given are ", num_features, " features"));
  if (num_features == 0) return embeddings;
  return embeddings.index_copy(0, at::cat({images, videos}), group.vision_features.to(embeddings.scalar_type()));
}

at::Tensor Model::response_hidden(const GroupBatch& batch) {
  std::vector<at::Tensor> embeddings, positions;
  std::vector<GroupSpan> spans;
  std::vector<int64_t> predicting;  // packed index whose state predicts each response token
  int64_t begin = 0;
  for (const auto& group : batch.groups) {
    GroupSpan span{.begin = begin, .prompt_length = group.prompt_length()};
    embeddings.push_back(embed(group));
    positions.push_back(group.prompt->position_ids);
    int64_t next = begin + span.prompt_length;
    for (const auto& response : group.responses) {
      VRLT_CHECK(response.dim() == 1 && response.size(0) >= 1, "an empty response");
      const int64_t fed = response.size(0) - 1;  // nothing is predicted from the last token
      predicting.push_back(begin + span.prompt_length - 1);
      for (int64_t i = 0; i < fed; ++i) predicting.push_back(next + i);
      if (fed > 0) {
        embeddings.push_back(text_decoder_.embed(response.narrow(0, 0, fed).to(device())));
        positions.push_back(response_positions(group.prompt->next_position, fed));
      }
      span.response_lengths.push_back(fed);
      next += fed;
    }
    if (needs_response_mask(device(), head_weight().scalar_type(), config_.text.head_dim)) make_response_mask(span, device());
    begin = next;
    spans.push_back(std::move(span));
  }
  return text_decoder_.forward(at::cat(embeddings), at::cat(positions, 1).to(device()), spans,
                               {.rows = at::tensor(predicting, at::kLong).to(device())});
}

KvCache Model::prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) {
  const at::NoGradGuard no_grad;
  KvCache cache;
  for (const auto& group : groups) cache.places.push_back({.prompt_length = group.prompt_length(), .next_position = group.prompt->next_position});
  counters_.prompts_prefilled += static_cast<int64_t>(groups.size());
  int64_t longest = 0;
  for (const auto& place : cache.places) longest = std::max(longest, place.prompt_length);
  const auto& text = text_decoder_.shape();
  const auto options = head_weight().options().requires_grad(false);
  const auto num_groups = static_cast<int64_t>(groups.size());
  for (int64_t i = 0; i < text.num_layers; ++i)
    cache.layers.push_back({.prefix_keys = at::zeros({num_groups, text.num_kv_heads, text.head_dim, longest}, options),
                            .prefix_values = at::zeros({num_groups, text.num_kv_heads, longest, text.head_dim}, options)});
  std::vector<at::Tensor> last_rows;
  for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
    int64_t num_tokens = 0;
    do num_tokens += groups[end++].prompt_length();
    while (end < groups.size() && num_tokens + groups[end].prompt_length() <= kMaxPrefillTokens);
    last_rows.push_back(prefill_some(groups.subspan(begin, end - begin), static_cast<int64_t>(begin), cache));
  }
  *last_hidden = at::cat(last_rows);
  return cache;
}

/// The groups from place `first` on, in one pass. @return [n, D], the last state of each.
at::Tensor Model::prefill_some(std::span<const PromptGroup> groups, int64_t first, KvCache& cache) const {
  std::vector<at::Tensor> embeddings, positions;
  std::vector<GroupSpan> spans;
  std::vector<int64_t> last_rows;
  int64_t begin = 0;
  for (const auto& group : groups) {
    embeddings.push_back(embed(group));
    positions.push_back(group.prompt->position_ids);
    spans.push_back({.begin = begin, .prompt_length = group.prompt_length()});
    begin += group.prompt_length();
    last_rows.push_back(begin - 1);
  }
  const auto keep = [&](int64_t index, const at::Tensor& keys, const at::Tensor& values) {
    auto& layer = cache.layers[static_cast<size_t>(index)];
    for (size_t i = 0; i < spans.size(); ++i) {
      const int64_t place = first + static_cast<int64_t>(i), length = spans[i].prompt_length;
      layer.prefix_keys[place].narrow(2, 0, length).copy_(keys.narrow(0, spans[i].begin, length).permute({1, 2, 0}));
      layer.prefix_values[place].narrow(1, 0, length).copy_(values.narrow(0, spans[i].begin, length).transpose(0, 1));
    }
  };
  return text_decoder_.forward(at::cat(embeddings), at::cat(positions, 1).to(device()), spans,
                               {.rows = at::tensor(last_rows, at::kLong).to(device()), .sink = keep});
}

at::Tensor Model::decode(const at::Tensor& ids, KvCache& cache) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode(text_decoder_.embed(ids.flatten()), cache);
}

at::Tensor Model::decode_cells(const at::Tensor& ids, KvCache& cache, const KvCache::Lengths& lengths) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode_cells(text_decoder_.embed(ids), cache, lengths);
}

void Model::save(const fs::path& folder) const {
  io::create_folders(folder);
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& [name, tensor] : parameters_.entries()) tensors.emplace_back(name, tensor.detach());
  checkpoint::save_sharded(folder, tensors, kMaxShardBytes);

  auto json = json_;
  const char* dtype = parameters_.entries().front().tensor.scalar_type() == at::kBFloat16 ? "bfloat16" : "float32";
  for (const char* part : {"", "text_config", "vision_config"}) {  // some layouts repeat the dtype
    if (*part != '\0' && (!json.contains(part) || !json[part].is_object())) continue;
    auto& object = *part == '\0' ? json : json[part];
    for (const char* key : {"torch_dtype", "dtype"})
      if (object.contains(key)) object[key] = dtype;
  }
  if (!json.contains("dtype")) json["torch_dtype"] = dtype;
  io::write_file_atomic(folder / "config.json", json.dump(2) + "\n");
  kept_files_.write_to(folder);
}

std::unique_ptr<VisionLanguageModel> load(const fs::path& folder, const io::Json& json, const ModelOptions& options) {
  Config config = parse_config(json, (folder / "config.json").string());
  ParameterTable parameters = options.random_weights ? random_weights(config, options) : load_weights(folder, config, options);
  check_finite(parameters, concat(folder.string(), ": broken weights"));
  auto stop_ids = read_stop_ids(folder, config, json);
  return std::make_unique<Model>(std::move(config), json, std::move(parameters), std::move(stop_ids), folder, options.checkpoint_blocks);
}

}  // namespace vrlt::model::qwen2_5_vl
