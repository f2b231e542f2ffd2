#include "model/qwen2_5_vl/weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <map>
#include <set>

#include "model/text_decoder/layer_weights.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

void add_vision(std::vector<ParameterShape>& shapes, const VisionConfig& vision) {
  const int64_t width = vision.hidden_size, merged = vision.merge_area() * width;
  shapes.push_back({"visual.patch_embed.proj.weight", {width, vision.in_channels, vision.temporal_patch_size, vision.patch_size, vision.patch_size}});
  for (int64_t i = 0; i < vision.depth; ++i) {
    const auto block = concat("visual.blocks.", i, ".");
    shapes.push_back({block + "norm1.weight", {width}});
    shapes.push_back({block + "norm2.weight", {width}});
    add_matrix(shapes, block + "attn.qkv", 3 * width, width, true);
    add_matrix(shapes, block + "attn.proj", width, width, true);
    add_matrix(shapes, block + "mlp.gate_proj", vision.intermediate_size, width, true);
    add_matrix(shapes, block + "mlp.up_proj", vision.intermediate_size, width, true);
    add_matrix(shapes, block + "mlp.down_proj", width, vision.intermediate_size, true);
  }
  shapes.push_back({"visual.merger.ln_q.weight", {width}});
  add_matrix(shapes, "visual.merger.mlp.0", merged, merged, true);
  add_matrix(shapes, "visual.merger.mlp.2", vision.out_hidden_size, merged, true);
}

/// The first names of a list, for an error message.
std::string some(const std::vector<std::string>& names) {
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) text += "\n  " + names[i];
  if (names.size() > kShown) text += concat("\n  ... and ", names.size() - kShown, " more");
  return text;
}

}  // namespace

std::vector<ParameterShape> parameter_shapes(const Config& config) {
  std::vector<ParameterShape> shapes;
  add_vision(shapes, config.vision);
  for (auto& parameter : decoder_parameters(config.text, kTextPrefix)) shapes.push_back(std::move(parameter));
  if (!config.text.tie_word_embeddings) add_matrix(shapes, "lm_head", config.text.vocab_size, config.text.hidden_size, false);
  return shapes;
}

std::string canonical_name(std::string name) {
  for (const char* wrapper : {"module.", "_orig_mod.", "base_model.model."})
    if (starts_with(name, wrapper)) name = name.substr(std::string(wrapper).size());
  static const std::vector<std::pair<std::string, std::string>> kRenames = {
      {"model.visual.", "visual."},        {"model.language_model.", "model."},
      {"language_model.model.", "model."}, {"language_model.lm_head.", "lm_head."},
      {"language_model.", "model."},
  };
  for (const auto& [from, to] : kRenames)
    if (starts_with(name, from)) return to + name.substr(from.size());
  return name;
}

ParameterTable load_weights(const std::filesystem::path& folder, const Config& config, const ModelOptions& options) {
  const checkpoint::SafetensorsFolder files(folder);
  std::map<std::string, std::string> stored;  // canonical name -> name in the file
  ParameterTable table;
  std::vector<std::string> problems;
  for (const auto& name : files.names()) {
    const auto [place, is_new] = stored.emplace(canonical_name(name), name);
    if (!is_new) problems.push_back(concat("twice: ", place->second, " and ", name));
  }
  for (const auto& [name, shape] : parameter_shapes(config)) {
    const auto found = stored.find(name);
    if (found == stored.end()) {
      problems.push_back("missing: " + name);
      continue;
    }
    const auto tensor = files.tensor(found->second);
    if (!at::isFloatingType(tensor.scalar_type())) {
      problems.push_back(concat("wrong dtype: ", name, " is ", tensor.scalar_type()));
    } else if (tensor.sizes() != at::IntArrayRef(shape)) {
      problems.push_back(concat("wrong shape: ", name, " is ", tensor.sizes(), ", expected ", at::IntArrayRef(shape)));
    } else {
      table.add(name, tensor.to(options.device, options.dtype, /*non_blocking=*/false, /*copy=*/true));
    }
    stored.erase(found);
  }
  if (config.text.tie_word_embeddings) {
    const auto head = stored.find("lm_head.weight");
    if (head != stored.end()) {
      if (table.contains("model.embed_tokens.weight") &&
          !at::equal(files.tensor(head->second).to(options.device, options.dtype), table.at("model.embed_tokens.weight")))
        problems.push_back("lm_head.weight differs from the embedding although tie_word_embeddings is true");
      stored.erase(head);
    }
  }
  for (const auto& [name, original] : stored) problems.push_back("unexpected: " + original);
  if (!problems.empty()) throw CheckpointError(concat(folder.string(), ": the weights do not fit config.json:", some(problems)));
  return table;
}

ParameterTable random_weights(const Config& config, const ModelOptions& options) {
  ParameterTable table;
  for (const auto& [name, shape] : parameter_shapes(config)) {
    at::Tensor tensor;
    const auto float_options = at::TensorOptions().dtype(at::kFloat);
    if (name.ends_with(".bias")) {
      tensor = at::zeros(shape, float_options);
    } else if (shape.size() == 1) {
      tensor = at::ones(shape, float_options);
    } else {
      auto generator = at::detail::createCPUGenerator(random_bits(options.seed, stable_hash(name), 0, 0));
      tensor = at::empty(shape, float_options).normal_(0.0, config.initializer_range, generator);
    }
    table.add(name, tensor.to(options.device, options.dtype));
  }
  return table;
}

}  // namespace vrlt::model::qwen2_5_vl
