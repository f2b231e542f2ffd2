#include "model/qwen2_5_vl/vision_encoder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/silu.h>

#include <memory>

#include "model/layers/checkpointed.h"
#include "model/layers/rms_norm.h"
#include "vrlt/core/error.h"
#include "vrlt/model/layers/linear.h"
#include "vrlt/model/upload.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

constexpr double kNormEps = 1e-6;  // fixed in the reference, not a config field
constexpr double kRopeTheta = 10000.0;

std::string block_name(int64_t block, const char* rest) {
  return concat("visual.blocks.", block, ".", rest);
}

/// Row and column of every patch in the order of the rows of pixel_values: merge block by merge
/// block.
void append_patch_positions(int64_t T, int64_t H, int64_t W, int64_t merge,
                            std::vector<int64_t>& rows, std::vector<int64_t>& columns) {
  for (int64_t t = 0; t < T; ++t)
    for (int64_t by = 0; by < H / merge; ++by)
      for (int64_t bx = 0; bx < W / merge; ++bx)
        for (int64_t iy = 0; iy < merge; ++iy)
          for (int64_t ix = 0; ix < merge; ++ix) {
            rows.push_back(by * merge + iy);
            columns.push_back(bx * merge + ix);
          }
}

/// Rotation angles [S, Dh/2] on a device: the first half by row, the second by column.
at::Tensor rotary_angles(const at::Tensor& grid_thw, const VisionConfig& config,
                         at::Device device) {
  std::vector<int64_t> rows, columns;
  const auto grid = grid_thw.to(at::kCPU).contiguous();
  const int64_t* thw = grid.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < grid.size(0); ++i)
    append_patch_positions(thw[3 * i], thw[3 * i + 1], thw[3 * i + 2], config.spatial_merge_size,
                           rows, columns);
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  const int64_t half = config.head_dim() / 2;
  const auto frequencies =
      at::pow(kRopeTheta, at::arange(0, half, 2, options) / static_cast<double>(half)).reciprocal();
  const auto by_row = at::outer(upload(rows, device).to(at::kFloat), frequencies);
  const auto by_column = at::outer(upload(columns, device).to(at::kFloat), frequencies);
  return at::cat({by_row, by_column}, -1);
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
  const auto grid = grid_thw.to(at::kCPU).contiguous();
  const int64_t* thw = grid.const_data_ptr<int64_t>();
  int64_t first_unit = 0;
  for (int64_t i = 0; i < grid.size(0); ++i) {
    const int64_t T = thw[3 * i], H = thw[3 * i + 1], W = thw[3 * i + 2];
    if (T < 1 || H < merge || W < merge || H % merge != 0 || W % merge != 0)
      throw DataError(concat("video grid ", T, "x", H, "x", W,
                             ": the sides must be positive multiples of ", merge));
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
  // z' of docs/spec/qwen2_5_vl.md#rotary-embedding-of-patches, in float32 (float64 stays): queries
  // and keys are heads beside each other.
  const auto wide = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto turned =
      apply_rope(qkv.narrow(1, 0, 2).flatten(1, 2).to(wide), table).to(x.scalar_type());
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
  const auto angles = by_unit(rotary_angles(grid_thw, config_, device));
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
