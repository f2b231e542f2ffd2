#include "model/qwen2_5_vl/vision_encoder.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/silu.h>

#include <memory>

#include "model/layers/checkpointed.h"
#include "model/layers/patch_rope.h"
#include "model/layers/rms_norm.h"
#include "model/layers/segments.h"
#include "vrlt/core/error.h"
#include "vrlt/model/layers/linear.h"
#include "vrlt/model/upload.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

constexpr double kNormEps = 1e-6;  // fixed in the reference, not a config field

std::string block_name(int64_t block, const char* rest) {
  return concat("visual.blocks.", block, ".", rest);
}

/// The inverse of an order: where each of 0, 1, .. stands in it.
std::vector<int64_t> places_of(const std::vector<int64_t>& order) {
  std::vector<int64_t> places(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    places[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return places;
}

}  // namespace

VisionLayout vision_layout(const at::Tensor& grid_thw, const VisionConfig& config) {
  VisionLayout layout;
  const int64_t merge = config.spatial_merge_size,
                window = config.window_size / merge / config.patch_size;
  int64_t first_unit = 0;
  for (const auto& [T, H, W] : vision_grids(grid_thw, merge)) {
    const int64_t rows = H / merge, columns = W / merge;
    for (int64_t t = 0; t < T; ++t) {
      layout.slice_lengths.push_back(H * W);
      for (int64_t wy = 0; wy < rows; wy += window)
        for (int64_t wx = 0; wx < columns; wx += window) {
          const int64_t end_y = std::min(wy + window, rows), end_x = std::min(wx + window, columns);
          for (int64_t y = wy; y < end_y; ++y)
            for (int64_t x = wx; x < end_x; ++x)
              layout.window_order.push_back(first_unit + (t * rows + y) * columns + x);
          layout.window_lengths.push_back((end_y - wy) * (end_x - wx) * merge * merge);
        }
    }
    first_unit += T * rows * columns;
  }
  return layout;
}

at::Tensor VisionEncoder::attention(const at::Tensor& x, int64_t block, const RotaryTable& table,
                                    const Segments& segments) const {
  const auto qkv = model::linear(x, parameters_.at(block_name(block, "attn.qkv.weight")),
                                 parameters_.at(block_name(block, "attn.qkv.bias")))
                       .view({x.size(0), 3, config_.num_heads, config_.head_dim()});
  // Queries and keys are heads beside each other.
  const auto turned = rotate_patches(qkv.narrow(1, 0, 2).flatten(1, 2), table);
  const auto out =
      segments.attention(turned.narrow(1, 0, config_.num_heads),
                         turned.narrow(1, config_.num_heads, config_.num_heads), qkv.select(1, 2));
  return model::linear(out.flatten(1), parameters_.at(block_name(block, "attn.proj.weight")),
                       parameters_.at(block_name(block, "attn.proj.bias")));
}

at::Tensor VisionEncoder::mlp(const at::Tensor& x, int64_t block) const {
  const auto layer = [&](const at::Tensor& input, const char* name) {
    const auto prefix = block_name(block, "mlp.") + name;
    return model::linear(input, parameters_.at(prefix + ".weight"),
                         parameters_.at(prefix + ".bias"));
  };
  return layer(at::silu(layer(x, "gate_proj")) * layer(x, "up_proj"), "down_proj");
}

at::Tensor VisionEncoder::run_block(at::Tensor x, int64_t block, const RotaryTable& table,
                                    const Segments& segments) const {
  x = x + attention(rms_norm(x, parameters_.at(block_name(block, "norm1.weight")), kNormEps), block,
                    table, segments);
  return x + mlp(rms_norm(x, parameters_.at(block_name(block, "norm2.weight")), kNormEps), block);
}

std::vector<at::Tensor> VisionEncoder::parameters_of(int64_t block) const {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : parameters_.entries())
    if (name.starts_with(block_name(block, ""))) all.push_back(tensor);
  return all;
}

at::Tensor VisionEncoder::merge(const at::Tensor& x) const {
  const auto normed = rms_norm(x, parameters_.at("visual.merger.ln_q.weight"), kNormEps)
                          .reshape({-1, config_.merge_area() * config_.hidden_size});
  const auto hidden = at::gelu(model::linear(normed, parameters_.at("visual.merger.mlp.0.weight"),
                                             parameters_.at("visual.merger.mlp.0.bias")));
  return model::linear(hidden, parameters_.at("visual.merger.mlp.2.weight"),
                       parameters_.at("visual.merger.mlp.2.bias"));
}

at::Tensor VisionEncoder::operator()(const at::Tensor& pixel_values, const at::Tensor& grid_thw,
                                     Trace* trace) const {
  const auto& projection = parameters_.at("visual.patch_embed.proj.weight");
  const auto layout = vision_layout(grid_thw, config_);
  const auto device = pixel_values.device();
  // held by checkpointed blocks
  const auto slices = std::make_shared<const Segments>(layout.slice_lengths, device),
             windows = std::make_shared<const Segments>(layout.window_lengths, device);
  const auto order = upload(layout.window_order, device);
  VRLT_CHECK(order.size(0) * config_.merge_area() == pixel_values.size(0), "pixel rows ",
             pixel_values.size(0), " do not match the grid");

  const auto by_unit = [&](const at::Tensor& rows) {  // reorders merged units, each merge_area rows
    return rows.view({-1, config_.merge_area(), rows.size(1)}).index_select(0, order).flatten(0, 1);
  };
  auto x = model::linear(pixel_values.to(projection.scalar_type()), projection.flatten(1));
  if (trace != nullptr) trace->patch_embed = x;
  x = by_unit(x);
  const auto places =
      patch_places(vision_grids(grid_thw, config_.spatial_merge_size), config_.spatial_merge_size);
  const auto angles = by_unit(patch_angles(places, config_.head_dim(), device));
  const auto table = table_for({angles.cos(), angles.sin()}, at::kFloat);

  for (int64_t block = 0; block < config_.depth; ++block) {
    const auto run = [=, this](const at::Tensor& input) {
      return run_block(input, block, table, config_.is_full_attention(block) ? *slices : *windows);
    };
    x = checkpoints_ ? checkpointed(run, x, parameters_of(block)) : run(x);
    if (trace != nullptr) trace->blocks.push_back(x);
  }
  return merge(x).index_select(0, upload(places_of(layout.window_order), device));
}

}  // namespace vrlt::model::qwen2_5_vl
