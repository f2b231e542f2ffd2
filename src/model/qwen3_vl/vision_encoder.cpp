#include "model/qwen3_vl/vision_encoder.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>

#include <memory>

#include "model/layers/checkpointed.h"
#include "model/layers/patch_rope.h"
#include "model/layers/segments.h"
#include "model/qwen3_vl/learned_positions.h"
#include "model/qwen3_vl/weights.h"
#include "vrlt/core/error.h"
#include "vrlt/model/layers/linear.h"

namespace vrlt::model::qwen3_vl {
namespace {

constexpr double kNormEps = 1e-6;  // fixed in the reference, not a config field

std::string block_name(int64_t block) { return concat("blocks.", block, "."); }

}  // namespace

at::Tensor VisionEncoder::linear(const at::Tensor& x, const std::string& name) const {
  return model::linear(x, parameters_.at(concat(kVisionPrefix, name, ".weight")),
                       parameters_.at(concat(kVisionPrefix, name, ".bias")));
}

at::Tensor VisionEncoder::norm(const at::Tensor& x, const std::string& name) const {
  const auto& weight = parameters_.at(concat(kVisionPrefix, name, ".weight"));
  return at::layer_norm(x, weight.sizes(), weight,
                        parameters_.at(concat(kVisionPrefix, name, ".bias")), kNormEps);
}

at::Tensor VisionEncoder::attention(const at::Tensor& x, const std::string& block,
                                    const Layout& layout) const {
  const auto qkv =
      linear(x, block + "attn.qkv").view({x.size(0), 3, config_.num_heads, config_.head_dim()});
  // Queries and keys are heads beside each other.
  const auto turned = rotate_patches(qkv.narrow(1, 0, 2).flatten(1, 2), layout.table);
  const auto out = layout.slices.attention(
      turned.narrow(1, 0, config_.num_heads),
      turned.narrow(1, config_.num_heads, config_.num_heads), qkv.select(1, 2));
  return linear(out.flatten(1), block + "attn.proj");
}

at::Tensor VisionEncoder::run_block(const at::Tensor& x, const std::string& block,
                                    const Layout& layout) const {
  const auto mixed = x + attention(norm(x, block + "norm1"), block, layout);
  const auto hidden =
      at::gelu(linear(norm(mixed, block + "norm2"), block + "mlp.linear_fc1"), "tanh");
  return mixed + linear(hidden, block + "mlp.linear_fc2");
}

std::vector<at::Tensor> VisionEncoder::parameters_of(const std::string& block) const {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : parameters_.entries())
    if (name.starts_with(kVisionPrefix + block)) all.push_back(tensor);
  return all;
}

/// Norms patches, then joins them.
at::Tensor VisionEncoder::merge(const at::Tensor& x) const {
  const auto joined = norm(x, "merger.norm").view({-1, config_.merge_area() * x.size(1)});
  return linear(at::gelu(linear(joined, "merger.linear_fc1")), "merger.linear_fc2");
}

/// Joins patches, then norms them.
at::Tensor VisionEncoder::level(const at::Tensor& x, int64_t index) const {
  const auto merger = concat("deepstack_merger_list.", index, ".");
  const auto normed = norm(x.view({-1, config_.merge_area() * x.size(1)}), merger + "norm");
  return linear(at::gelu(linear(normed, merger + "linear_fc1")), merger + "linear_fc2");
}

at::Tensor VisionEncoder::operator()(const at::Tensor& pixel_values, const at::Tensor& grid_thw,
                                     Trace* trace) const {
  const auto grids = vision_grids(grid_thw, config_.spatial_merge_size);
  const auto places = patch_places(grids, config_.spatial_merge_size);
  VRLT_CHECK(std::ssize(places.rows) == pixel_values.size(0), "pixel rows ", pixel_values.size(0),
             " do not match the grid");
  const auto& projection = parameters_.at(concat(kVisionPrefix, "patch_embed.proj.weight"));
  auto x = model::linear(pixel_values.to(projection.scalar_type()), projection.flatten(1),
                         parameters_.at(concat(kVisionPrefix, "patch_embed.proj.bias")));
  if (trace != nullptr) trace->patch_embed = x;
  x = x + learned_positions(parameters_.at(concat(kVisionPrefix, "pos_embed.weight")), grids,
                            config_.spatial_merge_size)
              .to(x.scalar_type());
  if (trace != nullptr) trace->embeddings = x;

  const auto angles = patch_angles(places, config_.head_dim(), x.device());
  // held by checkpointed blocks
  const auto layout = std::make_shared<const Layout>(
      Layout{Segments(slice_lengths(grids), x.device()),
             table_for({angles.cos(), angles.sin()}, at::kFloat)});
  std::vector<at::Tensor> levels;
  for (int64_t i = 0; i < config_.depth; ++i) {
    const auto block = block_name(i);
    const auto run = [=, this](const at::Tensor& input) {
      return run_block(input, block, *layout);
    };
    x = checkpoints_ ? checkpointed(run, x, parameters_of(block)) : run(x);
    if (trace != nullptr) trace->blocks.push_back(x);
    const auto index = std::ssize(levels);
    if (index < config_.num_levels() && config_.deepstack_blocks[static_cast<size_t>(index)] == i)
      levels.push_back(level(x, index));
  }
  levels.insert(levels.begin(), merge(x));
  return at::cat(levels, 1);
}

}  // namespace vrlt::model::qwen3_vl
