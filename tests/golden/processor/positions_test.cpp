// mRoPE positions of every golden case in every mode of docs/spec/qwen2_5_vl.md#rules-of-releases,
// exact.
#include "model/qwen2_5_vl/positions.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/test_folders.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

using io::Json;

/// Hands out the grids of a batch row by row: grids are in order of appearance over the whole batch
/// (docs/spec/qwen2_5_vl.md#positions-of-a-sequence).
class GridCursor {
 public:
  explicit GridCursor(const Json& grids) : grids_(grids.get<std::vector<std::vector<int64_t>>>()) {}

  /// The grids of the next row, which holds `num_pads` pad tokens, and the index of the first of
  /// them.
  std::pair<at::Tensor, size_t> take(int64_t num_pads, int64_t merge) {
    const size_t first = next_;
    std::vector<int64_t> flat;
    for (; num_pads > 0 && next_ < grids_.size(); ++next_) {
      const auto& thw = grids_[next_];
      num_pads -= thw.at(0) * thw.at(1) * thw.at(2) / (merge * merge);
      flat.insert(flat.end(), thw.begin(), thw.end());
    }
    EXPECT_EQ(num_pads, 0) << "pads of a row do not fill whole grids";
    return {at::tensor(flat, at::kLong).view({static_cast<int64_t>(flat.size() / 3), 3}), first};
  }
  bool exhausted() const { return next_ == grids_.size(); }

 private:
  std::vector<std::vector<int64_t>> grids_;
  size_t next_ = 0;
};

void check_case(const checkpoint::SafetensorsFile& tensors, const Json& json, const Json& special,
                const std::string& mode) {
  const auto name = json.at("case").get<std::string>();
  const auto ids = tensors.tensor(name + ".input_ids").to(at::kLong),
             mask = tensors.tensor(name + ".attention_mask").to(at::kBool);
  const auto expected = tensors.tensor(name + ".position_ids." + mode).to(at::kLong);
  ASSERT_EQ(expected.dim(), 3);
  PositionOptions options;
  options.mode = parse_mrope_mode(mode);
  options.tokens_per_second = json.at("tokens_per_second").get<double>();
  options.image_token_id = special.at("image_pad").get<int64_t>();
  options.video_token_id = special.at("video_pad").get<int64_t>();
  GridCursor images(json.at("image_grid_thw")), videos(json.at("video_grid_thw"));
  const auto seconds = json.at("second_per_grid_ts").get<std::vector<float>>();
  for (int64_t row = 0; row < ids.size(0); ++row) {
    SCOPED_TRACE("row " + std::to_string(row));
    const auto real = ids[row].masked_select(mask[row]);
    const auto [image_grid, first_image] = images.take(
        real.eq(options.image_token_id).sum().item<int64_t>(), options.spatial_merge_size);
    const auto [video_grid, first_video] = videos.take(
        real.eq(options.video_token_id).sum().item<int64_t>(), options.spatial_merge_size);
    std::vector<float> row_seconds;
    for (int64_t i = 0; i < video_grid.size(0); ++i)
      if (first_video + static_cast<size_t>(i) < seconds.size())
        row_seconds.push_back(seconds[first_video + static_cast<size_t>(i)]);

    const auto positions = mrope_positions(real, image_grid, video_grid, row_seconds, options);
    for (int64_t axis = 0; axis < 3; ++axis)
      EXPECT_TRUE(
          at::equal(positions.position_ids[axis], expected[axis][row].masked_select(mask[row])))
          << "axis " << axis << "\n"
          << positions.position_ids[axis];
    const auto at_row = [&](const std::string& key) {
      return json.at(key + "." + mode).at(static_cast<size_t>(row)).get<int64_t>();
    };
    EXPECT_EQ(positions.next_position, at_row("next_position"));
    EXPECT_EQ(positions.next_position - real.size(0), at_row("rope_deltas_real_length"));
    EXPECT_EQ(positions.next_position - ids.size(1), at_row("rope_deltas_padded_length"));
  }
  EXPECT_TRUE(images.exhausted() && videos.exhausted()) << "grids are left over";
}

}  // namespace

TEST(PositionsParity, EveryCaseInEveryMode) {
  const auto folder = test::golden_dir() / "positions";
  const checkpoint::SafetensorsFile tensors(folder / "positions.safetensors");
  const auto json = io::read_json(folder / "positions.json");
  int checked = 0;
  for (const auto& golden_case : json.at("cases"))
    for (const char* mode : {"float_max", "int_max", "int_grid", "float_grid"}) {
      SCOPED_TRACE(golden_case.at("case").get<std::string>() + " " + mode);
      check_case(tensors, golden_case, json.at("special"), mode);
      ++checked;
    }
  EXPECT_GT(checked, 0) << folder << " holds nothing to check";
  std::printf("positions: %zu cases in 4 modes\n", json.at("cases").size());
}

}  // namespace vrlt::model::qwen2_5_vl
