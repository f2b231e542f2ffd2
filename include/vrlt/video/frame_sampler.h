#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vrlt::video {

/// The sampler that goes by when frames are shown.
inline constexpr const char* kByTime = "by_time";

/// Which frames and what size. Sizes are of no model until they are set: see processor::fitted()
/// and settings.
struct VideoOptions {
  /// Which frames: qwen_vl_utils (both ends included) | hf_native (transformers' own rule) |
  /// hf_qwen3 (transformers' own for Qwen3-VL) |
  /// segment_centres (of `num_frames` equal segments, MVBench's rule) | by_time (by when frames are
  /// shown, not by their numbers).
  std::string sampler = "qwen_vl_utils";
  /// Frames per second taken, unless `num_frames` is given.
  double fps = 2.0;
  std::optional<int64_t> num_frames;
  int64_t min_frames = 4;
  int64_t max_frames = 768;
  int64_t min_pixels = 1;            ///< Per frame; with the rules hf_qwen3 over the clip.
  std::optional<double> max_pixels;  ///< Per frame; the rules hf_qwen3 have no such bound.
  double total_pixels = std::numeric_limits<double>::infinity();  ///< Over the clip.
  /// What size the bounds give: qwen_vl_utils (each frame has its share of the total, and bounds of
  /// its own) | hf_qwen3 (one budget for the clip, transformers' own rule for Qwen3-VL) |
  /// hf_qwen3_capped (the same with a bound on each frame, announced for transformers 5.22).
  std::string size_rule = "qwen_vl_utils";
  /// With `resized_width`: this size, to the next multiples of the pixel factor.
  std::optional<int64_t> resized_height;
  std::optional<int64_t> resized_width;
  /// Every side is a multiple of it: what becomes one vision token of a model.
  int64_t pixel_factor = 1;
  std::string resize = "tv_float";  ///< One of resize_kernel_names().
  /// What a clip of fewer frames than are to be taken gives: fewer (all it has, to an even number;
  /// a single frame twice) | refuse (DataError).
  std::string short_clip = "fewer";
  /// Of the frames that a file should hold, as far as it tells, so many must be there and decode;
  /// of one that has less the clip is refused.
  double min_frame_share = 0.5;
};

/// What there is to choose frames from.
struct Footage {
  int64_t num_frames = 0;
  double fps = 0.0;  ///< On average.
  /// [num_frames] when each is shown, from the first one on, ascending; empty: frame i at i / fps.
  std::span<const double> frame_seconds;
  double duration_seconds = 0.0;  ///< To the end of the last frame; 0: num_frames / fps.
  /// Of the first frame, where frames have numbers: segment_centres takes frame round(seconds *
  /// rate).
  int64_t first_number = 0;

  double seconds_of(int64_t frame) const {
    return frame_seconds.empty() ? static_cast<double>(frame) / fps
                                 : frame_seconds[static_cast<size_t>(frame)];
  }
  double duration() const {
    return duration_seconds > 0 ? duration_seconds : static_cast<double>(num_frames) / fps;
  }
};

struct FrameSelection {
  std::vector<int64_t> indices;  ///< Ascending frame numbers in presentation order.
  /// [indices.size()] at which they are on the screen, from the first frame of the video on.
  std::vector<double> seconds;
  double sample_fps = 0.0;  ///< Frames per second actually taken.
};

/// Names of the samplers there are.
std::vector<std::string> sampler_names();

/// qwen_vl_utils: frames of qwen-vl-utils 0.0.14, `smart_nframes`, then float32 linspace, rounded
/// half to even. hf_native: transformers 4.53 and later, float32 arange from the first frame,
/// truncated; the last frame is not included. segment_centres: get_index of MVBench's notebook
/// (github.com/OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb); frames repeat in a cut that is
/// shorter than `num_frames`.
/// hf_qwen3: sample_frames of transformers' Qwen3VLVideoProcessor, float64 linspace rounded half to
/// even, both ends included, any number of frames; num_frames beyond the cut repeats frames.
/// by_time: n instants, start + k * (end - start) / n, of the cut, and of each the frame that is on
/// the screen then; one that stays long comes several times. n is (end - start) * fps within
/// min_frames and max_frames, to an even number; second 0 is when the first frame is shown. So
/// seconds, sample_fps and the positions made of it are the same times, whatever the rate does.
///
/// All but by_time take a frame's number over the average rate for its time, which is what scores
/// are compared by; `timing_difference` tells where that is wrong.
///
/// Short clips, with `short_clip` fewer: qwen_vl_utils and hf_native take num_frames, or all frames
/// to an even number if there are fewer: what lmms-eval gives on MVBench and Video-MME
/// (github.com/EvolvingLMMs-Lab/lmms-eval pull requests 987 and 1433) and MMVU's own code for Qwen
/// models (github.com/yale-nlp/MMVU, utils/video_process.py, sample_frames_from_video), and what
/// qwen-vl-utils itself gives where a rate is asked for and not a number. A single frame is taken
/// twice, as a model sees an image. A cut that lies within one frame gives that one. `refuse`: the
/// error of qwen-vl-utils.
///
/// @param start_seconds,end_seconds  optional cut, clamped to the video.
/// @throws DataError if no frame can be taken or the cut is empty, with `refuse` also if fewer than
/// 2 can; ConfigError for an unknown sampler, or one without its options.
FrameSelection select_frames(const Footage& footage, const VideoOptions& options,
                             std::optional<double> start_seconds = {},
                             std::optional<double> end_seconds = {});

/// The same of frames at one rate. @param total_frames  in the file; @param video_fps  their rate.
FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options,
                             std::optional<double> start_seconds = {},
                             std::optional<double> end_seconds = {}, int64_t first_number = 0);

/// How far the time of a frame is from its number over the average rate.
struct TimingDifference {
  double seconds = 0.0;    ///< The largest of all frames from the first taken one to the last.
  int64_t frame = 0;       ///< Where that is.
  double half_step = 0.0;  ///< Half of the time from one taken frame to the next.
  /// By so much frames are not those that were meant, and times told to the model are those of
  /// others.
  bool matters() const { return seconds > half_step; }
};
TimingDifference timing_difference(const Footage& footage, const FrameSelection& selection);

struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Nearest size whose sides are multiples of `factor` and whose area lies in [min_pixels,
/// max_pixels]; max(factor, .) in both branches.
/// @throws DataError for an aspect ratio above 200; ConfigError if max_pixels is below min_pixels.
ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels,
                       double max_pixels);

/// smart_resize of transformers' Qwen3VLVideoProcessor: the bounds are of the pixels of all frames,
/// whose number counts as even, ties to the multiple of 4.
/// @throws DataError for an aspect ratio above 200 or fewer than 2 frames; ConfigError as above.
ImageSize smart_resize_clip(int64_t num_frames, int64_t height, int64_t width, int64_t factor,
                            int64_t min_pixels, double max_pixels);

/// The size of each frame of a clip of `num_frames` by its size_rule; qwen_vl_utils as version
/// 0.0.14 with max(factor, .) as above.
/// @throws as smart_resize and smart_resize_clip; ConfigError also if half of the fixed size is
/// missing, or for an unknown rule.
ImageSize clip_frame_size(int64_t num_frames, ImageSize source, const VideoOptions& options);

}  // namespace vrlt::video
