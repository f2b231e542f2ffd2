// What Qwen3-VL's prompts and positions are made of, against transformers: every row of prompts and
// timestamps, rotary angles and learned positions of the real sizes.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/conversation_parts.h"
#include "model/layers/patch_rope.h"
#include "model/layers/rope.h"
#include "model/qwen3_vl/config.h"
#include "model/qwen3_vl/learned_positions.h"
#include "model/qwen3_vl/prompt_format.h"
#include "tests/support/checked_counts.h"
#include "tests/support/golden_rows.h"
#include "vrlt/checkpoint/safetensors.h"

namespace vrlt::model::qwen3_vl {
namespace {

using io::Json;
using Ids = std::vector<int64_t>;

/// The text with one pad in place of each run.
std::string with_single_pads(std::string text) {
  for (const std::string pad : {kImagePad, kVideoPad})
    for (size_t at = text.find(pad + pad); at != std::string::npos; at = text.find(pad + pad, at))
      text.erase(at, pad.size());
  return text;
}

processor::ClipTimes times_of(const Json& row) {
  return {.file_frames = row.at("frames_indices").get<std::vector<int64_t>>(),
          .file_fps = row.at("fps").get<double>()};
}

void expect_times(const std::vector<double>& actual, const Json& row) {
  const auto expected = row.at("timestamps").get<std::vector<double>>();
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], 1e-12 * std::abs(expected[i]));
}

TEST(Qwen3Golden, TimesOfSlices) {
  test::check_golden_rows(
      "processor/timestamps.jsonl",
      [](const Json& row) {
        const auto seconds = slice_seconds(times_of(row), TimestampRule::kFile, 2);
        expect_times(seconds, row);
        std::vector<std::string> markers;
        for (const double time : seconds) markers.push_back(time_marker(time));
        EXPECT_EQ(markers, row.at("markers").get<std::vector<std::string>>());
      },
      test::golden3_dir());
}

TEST(Qwen3Golden, PromptsWithBothWrappers) {
  const auto tokenizer = tokenizer::load_tokenizer(test::golden3_dir() / "tokenizer" / "mini");
  const std::array pads = {*tokenizer->token_to_id(kImagePad), *tokenizer->token_to_id(kVideoPad)};
  test::check_golden_rows(
      "processor/prompts.jsonl",
      [&](const Json& row) {
        std::vector<std::vector<double>> videos;
        for (const auto& video : row.at("videos"))
          videos.push_back(slice_seconds(times_of(video), TimestampRule::kFile, 2));
        const auto rendered = row.at("rendered").get<std::string>();
        for (const std::string name : {"dropped", "kept"}) {
          SCOPED_TRACE(name);
          const auto text = with_slices(rendered, videos, parse_video_wrapper(name));
          EXPECT_EQ(text, with_single_pads(row.at("expanded_" + name).get<std::string>()));
          // Pads in the order of the text.
          Ids counts;
          size_t image = 0, video = 0, slice = 0;
          for (size_t at = text.find("_pad|>"); at != std::string::npos;
               at = text.find("_pad|>", at + 1)) {
            const bool is_image = text.compare(at - 5, 5, "image") == 0;
            const auto grid =
                (is_image ? row.at("image_grid_thw").at(image) : row.at("video_grid_thw").at(video))
                    .get<Ids>();
            counts.push_back(grid[1] * grid[2] / 4);
            if (is_image)
              ++image;
            else if (++slice == videos[video].size())
              slice = 0, ++video;
          }
          const auto ids = expand_pads(tokenizer->encode(text), pads, counts);
          EXPECT_TRUE(at::equal(ids, at::tensor(row.at("mini_ids_" + name).get<Ids>(), at::kLong)));
        }
      },
      test::golden3_dir());
}

checkpoint::SafetensorsFile rotary() {
  return checkpoint::SafetensorsFile(test::golden3_dir() / "positions" / "rotary.safetensors");
}

// One ulp of an angle, which grows with the position.
TEST(Qwen3Golden, RotaryAnglesOfText) {
  const auto file = rotary();
  const auto json = io::read_json(test::golden3_dir() / "positions" / "positions.json");
  const auto& text = json.at("rotary").at("text");
  const auto head_dim = text.at("head_dim").get<int64_t>();
  const auto axes = interleaved_axes(text.at("section").get<std::vector<int64_t>>(), head_dim / 2);
  const auto positions = file.tensor("text.position_ids");
  const auto table = mrope_table(positions, axes, head_dim, text.at("theta").get<double>());
  const auto tolerance = 1e-6 + 1.3e-7 * std::get<0>(positions.to(at::kDouble).max(0)).unsqueeze(1);
  EXPECT_TRUE(((table.cos - file.tensor("text.cos")).abs() <= tolerance).all().item<bool>());
  EXPECT_TRUE(((table.sin - file.tensor("text.sin")).abs() <= tolerance).all().item<bool>());
}

TEST(Qwen3Golden, AxesOfFrequencies) {
  const auto json = io::read_json(test::golden3_dir() / "positions" / "positions.json");
  int64_t rows = 0;
  for (const auto& row : json.at("interleaved_rope")) {
    SCOPED_TRACE(row.dump().substr(0, 200));
    const auto expected = row.at("axis_of_frequency").get<std::vector<int64_t>>();
    EXPECT_EQ(
        interleaved_axes(row.at("mrope_section").get<std::vector<int64_t>>(), std::ssize(expected)),
        expected);
    ++rows;
  }
  EXPECT_GT(rows, 0);
  test::checked()["lists of axes"] += rows;
}

TEST(Qwen3Golden, RotaryAnglesOfPatches) {
  const auto file = rotary();
  for (const int64_t head : {64, 72}) {
    SCOPED_TRACE(head);
    const auto prefix = "vision." + std::to_string(head);
    const auto places = patch_places(vision_grids(file.tensor(prefix + ".grid_thw"), 2), 2);
    const auto expected = file.tensor(prefix + ".rows_columns");
    EXPECT_TRUE(
        at::equal(at::stack({at::tensor(places.rows), at::tensor(places.columns)}, 1), expected));
    const auto angles = patch_angles(places, head, at::kCPU);
    EXPECT_LE((angles.cos() - file.tensor(prefix + ".cos")).abs().max().item<float>(), 1e-5);
    EXPECT_LE((angles.sin() - file.tensor(prefix + ".sin")).abs().max().item<float>(), 1e-5);
  }
}

/// Where four taps of a table of 48 x 48 lie in the mean: [n, 2].
at::Tensor place_of(const at::Tensor& taps, const at::Tensor& weights) {
  const auto rows = taps.div(48, "floor"), columns = taps.remainder(48);
  return at::stack({(rows * weights).sum(1), (columns * weights).sum(1)}, 1);
}

// By place: at whole places a tap of weight 0 or 1 may be named either way.
TEST(Qwen3Golden, PlacesInTheTableOfLearnedPositions) {
  const auto file = rotary();
  int64_t checked = 0;
  for (int k = 0; file.contains("learned." + std::to_string(k) + ".grid_thw"); ++k) {
    const auto prefix = "learned." + std::to_string(k) + ".";
    std::vector<at::Tensor> rows, weights;
    for (const auto& grid : vision_grids(file.tensor(prefix + "grid_thw"), 2)) {
      const auto taps = position_taps(grid, 48, 2);
      rows.push_back(taps.rows.repeat({1, grid.slices}));
      weights.push_back(taps.weights.repeat({1, grid.slices}));
    }
    const auto chosen = file.tensor(prefix + "patch");
    const auto places = place_of(at::cat(rows, 1).t().index_select(0, chosen),
                                 at::cat(weights, 1).t().index_select(0, chosen));
    const auto expected = place_of(file.tensor(prefix + "taps"), file.tensor(prefix + "weights"));
    EXPECT_LE((places - expected).abs().max().item<float>(), 2e-5) << prefix;
    checked += chosen.size(0);
  }
  EXPECT_GT(checked, 0);
  test::checked()["places of learned positions"] += checked;
}

}  // namespace
}  // namespace vrlt::model::qwen3_vl
