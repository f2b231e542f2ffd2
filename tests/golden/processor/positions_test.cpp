// mRoPE positions of every golden case of each family, exact: of Qwen2.5-VL in every mode of
// docs/spec/qwen2_5_vl.md#rules-of-releases, of Qwen3-VL with both wrappers of videos.
#include "model/qwen2_5_vl/positions.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "model/qwen3_vl/prompt_format.h"
#include "tests/support/test_folders.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"

namespace vrlt::model {
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

/// One row of a batch without its padding.
struct Row {
  at::Tensor ids, image_grid, video_grid;
  std::vector<float> second_per_grid;
};
using PositionsOf = std::function<processor::Positions(const Row&)>;

/// @param mode  "" or ".<mode>", behind the names of what is expected.
void check_case(const checkpoint::SafetensorsFile& tensors, const Json& json, const PadIds& pads,
                const std::string& mode, const PositionsOf& positions_of) {
  constexpr int64_t kMerge = 2;
  const auto name = json.at("case").get<std::string>();
  const auto ids = tensors.tensor(name + ".input_ids").to(at::kLong),
             mask = tensors.tensor(name + ".attention_mask").to(at::kBool);
  const auto expected = tensors.tensor(name + ".position_ids" + mode).to(at::kLong);
  ASSERT_EQ(expected.dim(), 3);
  GridCursor images(json.at("image_grid_thw")), videos(json.at("video_grid_thw"));
  const auto seconds = json.value("second_per_grid_ts", std::vector<float>());
  for (int64_t i = 0; i < ids.size(0); ++i) {
    SCOPED_TRACE("row " + std::to_string(i));
    Row row{.ids = ids[i].masked_select(mask[i])};
    size_t first_video = 0;
    row.image_grid = images.take(row.ids.eq(pads.image).sum().item<int64_t>(), kMerge).first;
    std::tie(row.video_grid, first_video) =
        videos.take(row.ids.eq(pads.video).sum().item<int64_t>(), kMerge);
    for (int64_t k = 0; k < row.video_grid.size(0); ++k)
      if (first_video + static_cast<size_t>(k) < seconds.size())
        row.second_per_grid.push_back(seconds[first_video + static_cast<size_t>(k)]);

    const auto positions = positions_of(row);
    for (int64_t axis = 0; axis < 3; ++axis)
      EXPECT_TRUE(at::equal(positions.position_ids[axis], expected[axis][i].masked_select(mask[i])))
          << "axis " << axis << "\n"
          << positions.position_ids[axis];
    const auto at_row = [&](const std::string& key) {
      return json.at(key + mode).at(static_cast<size_t>(i)).get<int64_t>();
    };
    EXPECT_EQ(positions.next_position, at_row("next_position"));
    EXPECT_EQ(positions.next_position - row.ids.size(0), at_row("rope_deltas_real_length"));
    EXPECT_EQ(positions.next_position - ids.size(1), at_row("rope_deltas_padded_length"));
  }
  EXPECT_TRUE(images.exhausted() && videos.exhausted()) << "grids are left over";
}

PadIds pads_of(const Json& json) {
  return {.image = json.at("special").at("image_pad").get<int64_t>(),
          .video = json.at("special").at("video_pad").get<int64_t>()};
}

}  // namespace

TEST(PositionsParity, EveryCaseInEveryMode) {
  const auto folder = test::golden_dir() / "positions";
  const checkpoint::SafetensorsFile tensors(folder / "positions.safetensors");
  const auto json = io::read_json(folder / "positions.json");
  const auto pads = pads_of(json);
  int checked = 0;
  for (const auto& golden_case : json.at("cases"))
    for (const char* mode : {"float_max", "int_max", "int_grid", "float_grid"}) {
      SCOPED_TRACE(golden_case.at("case").get<std::string>() + " " + mode);
      check_case(tensors, golden_case, pads, std::string(".") + mode, [&](const Row& row) {
        return qwen2_5_vl::mrope_positions(
            row.ids, row.image_grid, row.video_grid, row.second_per_grid,
            {.mode = qwen2_5_vl::parse_mrope_mode(mode),
             .tokens_per_second = golden_case.at("tokens_per_second").get<double>(),
             .image_token_id = pads.image,
             .video_token_id = pads.video});
      });
      ++checked;
    }
  EXPECT_GT(checked, 0) << folder << " holds nothing to check";
  std::printf("positions: %zu cases in 4 modes\n", json.at("cases").size());
}

TEST(PositionsParity, EveryCaseOfQwen3) {
  const auto folder = test::golden3_dir() / "positions";
  const checkpoint::SafetensorsFile tensors(folder / "positions.safetensors");
  const auto json = io::read_json(folder / "positions.json");
  const auto pads = pads_of(json);
  for (const auto& golden_case : json.at("cases")) {
    SCOPED_TRACE(golden_case.at("case").get<std::string>());
    check_case(tensors, golden_case, pads, "", [&](const Row& row) {
      return qwen3_vl::slice_positions(row.ids, row.image_grid, row.video_grid, /*merge_size=*/2,
                                       pads);
    });
  }
  EXPECT_GT(json.at("cases").size(), 0u);
  std::printf("positions of qwen3_vl: %zu cases\n", json.at("cases").size());
}

}  // namespace vrlt::model
