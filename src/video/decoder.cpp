#include "vrlt/video/decoder.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "video/video_stream.h"
#include "vrlt/core/error.h"

namespace vrlt::video {

struct VideoReader::State {
  State(const std::filesystem::path& path, const DecodeLimits& limits) : stream(path, limits) {}

  VideoStream stream;
  std::vector<int64_t> pts;                ///< Ascending; frame i is shown at pts[i].
  std::vector<int64_t> keyframes;          ///< Frame numbers where decoding may start.
  std::vector<double> seconds;
  std::vector<std::string> warnings;
  bool may_seek = true;

  void build_index();
  void index_by_decoding();
  void finish_times();
};

namespace {

int64_t time_of(const AVFrame& frame) { return frame.best_effort_timestamp; }

}  // namespace

void VideoReader::State::build_index() {
  auto index = stream.scan_packets();
  if (index.complete && !index.pts.empty()) {
    pts = std::move(index.pts);
    for (const int64_t key : index.keyframe_pts) keyframes.push_back(std::lower_bound(pts.begin(), pts.end(), key) - pts.begin());
    may_seek = stream.can_seek_exactly();
    // One frame must decode: a file whose packets are sound but whose data is not would fail much later.
    if (stream.next_frame() == nullptr) stream.fail("no frame can be decoded", "no_decodable_frame");
    stream.rewind();
  } else {
    index_by_decoding();
  }
  const int64_t promised = stream.promised_frames();
  const auto found = static_cast<int64_t>(pts.size());
  if (promised > 0 && found * 10 < promised * 9)
    warnings.push_back(concat("holds ", found, " of the ", promised, " frames its header promises [truncated]"));
  finish_times();
}

/// For files whose packets carry no times or are damaged: what counts is what comes out of the decoder.
void VideoReader::State::index_by_decoding() {
  may_seek = false;
  const double fps = stream.average_fps();
  const double step = fps > 0 ? 1.0 / fps / stream.seconds(1) : 1.0;
  while (const AVFrame* frame = stream.next_frame()) {
    int64_t time = time_of(*frame);
    if (time == AV_NOPTS_VALUE || (!pts.empty() && time <= pts.back()))
      time = pts.empty() ? 0 : pts.back() + std::max<int64_t>(1, std::llround(step));
    pts.push_back(time);
  }
  if (pts.empty()) stream.fail("no frame can be decoded", "no_decodable_frame");
  if (stream.damaged_packets() > 0) warnings.push_back(concat(stream.damaged_packets(), " damaged packets were skipped [corrupt]"));
  stream.rewind();
}

void VideoReader::State::finish_times() {
  for (const int64_t time : pts) seconds.push_back(stream.seconds(time - pts.front()));
}

VideoReader::VideoReader(const std::filesystem::path& path, const DecodeLimits& limits) : state_(std::make_unique<State>(path, limits)) {
  state_->build_index();
}
VideoReader::~VideoReader() = default;
VideoReader::VideoReader(VideoReader&&) noexcept = default;

int64_t VideoReader::num_frames() const { return static_cast<int64_t>(state_->pts.size()); }
const std::vector<double>& VideoReader::frame_seconds() const { return state_->seconds; }
int64_t VideoReader::height() const { return state_->stream.height(); }
int64_t VideoReader::width() const { return state_->stream.width(); }
const std::vector<std::string>& VideoReader::warnings() const { return state_->warnings; }

double VideoReader::average_fps() const {
  const double stated = state_->stream.average_fps();
  if (stated > 0) return stated;
  const auto& seconds = state_->seconds;
  return seconds.size() > 1 && seconds.back() > 0 ? static_cast<double>(seconds.size() - 1) / seconds.back() : 1.0;
}

double VideoReader::duration_seconds() const {
  const auto& seconds = state_->seconds;
  const double last = seconds.size() > 1 ? seconds.back() - seconds[seconds.size() - 2] : 1.0 / average_fps();
  return seconds.back() + last;
}

void VideoReader::read_frames(std::span<const int64_t> indices, const std::function<void(size_t i, const RgbFrame& frame)>& sink) {
  State& state = *state_;
  VRLT_CHECK(std::is_sorted(indices.begin(), indices.end()), "frame indices must ascend");
  VRLT_CHECK(indices.empty() || (indices.front() >= 0 && indices.back() < num_frames()), "frame index out of range");
  state.stream.rewind();
  int64_t next = 0;                        // number of the frame that the decoder gives next
  std::optional<RgbFrame> last_rgb;        // the latest decoded frame at or before the wanted one
  int64_t last_number = -1;
  bool sequential = !state.may_seek;

  const auto number_of = [&](const AVFrame& frame) {  // by presentation time; frames without one follow the previous
    const int64_t time = time_of(frame);
    if (time == AV_NOPTS_VALUE || sequential) return next;
    return static_cast<int64_t>(std::lower_bound(state.pts.begin(), state.pts.end(), time) - state.pts.begin());
  };

  size_t i = 0;
  while (i < indices.size()) {
    const int64_t wanted = indices[i];
    if (last_rgb && last_number == wanted) {
      sink(i++, *last_rgb);
      continue;
    }
    if (!sequential) {
      const auto after = std::upper_bound(state.keyframes.begin(), state.keyframes.end(), wanted);
      const int64_t key = after == state.keyframes.begin() ? 0 : *(after - 1);
      // Flushing throws away the frames in flight: it pays only for a jump.
      if (key > next + state.stream.reorder_depth() && state.stream.seek(state.pts[static_cast<size_t>(key)])) next = key;
    }
    bool found = false, restart = false;
    while (const AVFrame* frame = state.stream.next_frame()) {
      const int64_t number = number_of(*frame);
      next = number + 1;
      if (number < wanted) continue;
      if (!sequential && (number > wanted || (frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags != 0)) {
        restart = true;  // the seek did not lead to a clean start
        break;
      }
      last_rgb = state.stream.to_rgb(*frame);
      last_number = wanted;
      found = true;
      break;
    }
    if (restart || (!found && !sequential)) {
      sequential = true;
      state.stream.rewind();
      next = 0;
      continue;
    }
    if (!found) {
      if (!last_rgb) state.stream.fail(concat("frame ", wanted, " cannot be decoded, nor any before it"), "no_decodable_frame");
      state.warnings.push_back(concat("frame ", wanted, " cannot be decoded; the one before it is used [corrupt]"));
      last_number = wanted;
    }
  }
}

}  // namespace vrlt::video
