// video_benchmark decode|preprocess ...: times reading the frames of a clip, or turning decoded
// frames into patch rows, and prints a line of JSON. scripts/benchmark/video_cases.py runs it
// beside its peers.

#include <ATen/ops/mean.h>
#include <ATen/ops/stack.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>

#include "model/qwen2_5_vl/geometry.h"
#include "tests/benchmark/command_line.h"
#include "tests/support/qwen_media.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"
#include "vrlt/model/normalize_patches.h"
#include "vrlt/processor/patchify.h"
#include "vrlt/video/frame_cache.h"
#include "vrlt/video/resize.h"

namespace {

using vrlt::io::Json;

struct Options {
  std::string work, clip, inputs, out, cache;
  int64_t frames = 32, height = 196, width = 336;
  double total_pixels = 1605632;
  std::string resize = "tv_float";
  int repeats = 7, warmup = 1, threads = 1;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// {"seconds": [...], "cpu_seconds": [...], "ms": [...], "cpu_ms": [...]} of `work` after a
/// warm-up.
Json timed(const Options& options, const std::function<void()>& work) {
  Json times;
  for (int i = 0; i < options.warmup; ++i) work();
  for (int i = 0; i < options.repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = processor_seconds();
    work();
    const double cpu = processor_seconds() - cpu_start,
                 seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
                               .count();
    times["seconds"].push_back(seconds);
    times["cpu_seconds"].push_back(cpu);
    times["ms"].push_back(1e3 * seconds);
    times["cpu_ms"].push_back(1e3 * cpu);
  }
  return times;
}

/// A clip file to resized frames in memory: decoded, or from a cache folder, which the warm-up
/// fills.
Json decode(const Options& options) {
  vrlt::video::ClipRequest request{.path = options.clip, .options = vrlt::test::qwen_video()};
  auto& video = request.options;
  video.num_frames = options.frames;
  video.resized_height = options.height;
  video.resized_width = options.width;
  video.resize = options.resize;
  std::optional<vrlt::video::FrameCache> cache;
  if (!options.cache.empty()) cache.emplace(options.cache, int64_t{1} << 30);
  vrlt::video::Clip clip;
  auto result = timed(options, [&] {
    const auto key = cache ? cache->key_of(request) : std::string();
    auto found = cache ? cache->find(key) : std::nullopt;
    clip = found ? std::move(*found) : vrlt::video::read_clip(request);
    if (cache && !found) cache->store(key, clip);
  });
  result["check"] = {{"mean", clip.frames.to(at::kDouble).mean().item<double>()}};
  if (options.out.empty()) return result;
  const auto packed = clip.frames.permute({0, 2, 3, 1}).contiguous();  // [F, H, W, 3]
  vrlt::io::write_file_atomic(options.out,
                              {static_cast<const char*>(packed.const_data_ptr()), packed.nbytes()});
  result["out"] = options.out;
  return result;
}

/// Decoded frames, `frames` [F, H, W, 3] uint8, to patch rows.
Json preprocess(const Options& options) {
  const auto frames =
      vrlt::checkpoint::SafetensorsFile(options.inputs).tensor("frames").contiguous();
  auto video = vrlt::test::qwen_video();
  video.total_pixels = options.total_pixels;
  const auto size =
      vrlt::video::clip_frame_size(frames.size(0), {frames.size(1), frames.size(2)}, video);
  const auto kernel = vrlt::video::parse_resize_kernel(options.resize);
  at::Tensor rows, grid;
  auto result = timed(options, [&] {
    std::vector<at::Tensor> resized;
    for (int64_t i = 0; i < frames.size(0); ++i)
      resized.push_back(vrlt::video::resize_frame(frames[i].permute({2, 0, 1}), size, kernel));
    rows = vrlt::model::normalize_patches(
        vrlt::processor::patchify(at::stack(resized), vrlt::model::qwen2_5_vl::kGeometry, &grid),
        vrlt::model::qwen2_5_vl::kGeometry);
  });
  result["check"] = {{"rows", rows.size(0)},
                     {"mean_square", rows.to(at::kDouble).square().mean().item<double>()}};
  if (!options.out.empty())
    vrlt::checkpoint::write_safetensors(options.out,
                                        {{"pixel_values_videos", rows}, {"video_grid_thw", grid}});
  return result;
}

constexpr vrlt::benchmark::Work<Options> kWorks[] = {
    {"decode", "a clip file to resized frames", decode},
    {"preprocess", "decoded frames to patch rows", preprocess},
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times the reading of videos.");
  Options options;
  app.add_option("--clip", options.clip, "video file (decode)");
  app.add_option("--inputs", options.inputs,
                 "safetensors file with frames [F, H, W, 3] uint8 (preprocess)");
  app.add_option("--frames", options.frames, "frames taken (decode)");
  app.add_option("--height", options.height, "of the resized frames (decode)");
  app.add_option("--width", options.width, "of the resized frames (decode)");
  app.add_option("--total-pixels", options.total_pixels, "over the clip (preprocess)");
  app.add_option("--resize", options.resize, "kernel that resizes frames")
      ->check(CLI::IsMember(vrlt::video::resize_kernel_names()));
  app.add_option("--cache", options.cache, "folder of cached frames (decode)");
  app.add_option(
      "--out", options.out,
      "write the frames as bytes [F, H, W, 3] (decode), or the rows as safetensors (preprocess)");
  return vrlt::benchmark::run_command_line(app, "video_benchmark", kWorks, options, argc, argv);
}
