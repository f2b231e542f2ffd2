#include "vrlt/video/decoder.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "video/frame_cursor.h"
#include "video/frame_plan.h"
#include "video/video_stream.h"
#include "vrlt/core/error.h"

namespace vrlt::video {

namespace {

/// A header may count a few frames or seconds more than there are.
constexpr double kHeaderTolerance = 1.1;
constexpr double kHeaderToleranceSeconds = 1.0;
/// In units of the time base. Far above what a file can mean, and far from overflowing when added.
constexpr int64_t kMaxTime = int64_t{1} << 61;
constexpr double kMaxStep = 1e15;

using FrameSink = std::function<void(size_t i, const RgbFrame& frame)>;

}  // namespace

struct VideoReader::State {
  State(const std::filesystem::path& path, const DecodeLimits& limits) : stream(path, limits) {}

  VideoStream stream;
  std::vector<int64_t> pts;                      ///< Ascending; frame i is shown at pts[i].
  std::vector<VideoStream::Keyframe> keyframes;  ///< Where decoding may start, by time.
  std::vector<int64_t> entries;                  ///< The first frame that comes out at each.
  std::vector<double> seconds;
  int64_t height = 0, width = 0;
  bool indexed_by_packets = true, has_gaps = false;

  double last_seconds = 0.0;                  ///< That the last frame stays, if that is known.
  double header_share = 1.0;                  ///< Of what the header promises, what is there.
  std::vector<std::string> found_on_opening;  ///< Warnings that stay.
  /// Frames that were read; those of them that another one stood in for.
  std::set<int64_t> asked, replaced;
  std::vector<std::string> warnings;

  void build_index();
  void index_by_decoding(const VideoStream::Index& packets);
  void compare_with_header(const VideoStream::Index& packets);
  int64_t number_of(const AVFrame& frame, int64_t next) const;
  std::vector<int64_t> times_of(std::span<const int64_t> indices) const;
  size_t give_planned(std::span<const int64_t> indices, const FrameSink& sink);
  void give_from_start(std::span<const int64_t> indices, size_t given, const FrameSink& sink);
  void collect_warnings();
};

void VideoReader::State::build_index() {
  auto index = stream.scan_packets();
  indexed_by_packets = index.complete && !index.pts.empty();
  has_gaps = index.has_gaps;
  last_seconds = index.last_seconds;
  const AVFrame* first = stream.first_frame();
  if (first == nullptr) stream.fail("no frame can be decoded", "no_decodable_frame");
  const bool on_its_side = stream.rotation() % 180 != 0;
  height = on_its_side ? first->width : first->height;
  width = on_its_side ? first->height : first->width;
  if (indexed_by_packets) {
    pts = std::move(index.pts);
    keyframes = std::move(index.keyframes);
    for (const auto& key : keyframes)
      entries.push_back(std::lower_bound(pts.begin(), pts.end(), key.pts) - pts.begin());
  } else {
    index_by_decoding(index);
  }
  for (const int64_t time : pts) seconds.push_back(stream.seconds_between(pts.front(), time));
  compare_with_header(index);
  if (index.num_mended_times > 0)
    found_on_opening.push_back(concat("times that leave the cadence of their neighbours: ",
                                      index.num_mended_times, ", put right [corrupt]"));
  collect_warnings();
}

/// For files whose packets carry no times, are damaged or start in the middle: what counts is what
/// comes out of the decoder.
void VideoReader::State::index_by_decoding(const VideoStream::Index& packets) {
  const double fps = stream.average_fps();
  const auto step = static_cast<int64_t>(
      fps > 0 ? std::clamp(std::round(1.0 / fps / stream.seconds_between(0, 1)), 1.0, kMaxStep)
              : 1.0);
  while (const AVFrame* frame = stream.next_frame()) {
    int64_t time = frame->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE || (!pts.empty() && time <= pts.back()))
      time = pts.empty() ? 0 : pts.back() + step;
    if (time > kMaxTime) stream.fail(concat("a frame at ", time), "corrupt");
    pts.push_back(time);
  }
  const auto found = static_cast<int64_t>(pts.size());
  if (!packets.has_times)
    found_on_opening.push_back(concat("has no times; its ", found, " frames are taken to be ", fps,
                                      " a second [no_timestamps]"));
  if (!packets.starts_with_keyframe && found < packets.num_packets)
    found_on_opening.push_back(concat("starts between two keyframes: ", found, " of ",
                                      packets.num_packets, " frames can be decoded [no_keyframe]"));
}

void VideoReader::State::compare_with_header(const VideoStream::Index& packets) {
  const int64_t promised = stream.promised_frames(),
                found = packets.num_packets - packets.num_damaged;
  const double end =
      std::max({packets.end_seconds, seconds.back(), stream.known_seconds_of_others()});
  const bool lacks_frames =
      static_cast<double>(found) <
      static_cast<double>(promised) / (stream.has_sample_table() ? 1.0 : kHeaderTolerance);
  const bool lacks_seconds =
      stream.promised_seconds() > end * kHeaderTolerance + kHeaderToleranceSeconds;
  if (lacks_frames)
    found_on_opening.push_back(
        concat("holds ", found, " of the ", promised, " frames its header promises [truncated]"));
  else if (lacks_seconds)
    found_on_opening.push_back(concat("holds ", end, " of the ", stream.promised_seconds(),
                                      " seconds its header promises [truncated]"));
  // A table of frames is believed, and the length that Matroska is closed with; other headers are
  // claims.
  if (stream.has_sample_table() && lacks_frames)
    header_share = static_cast<double>(found) / static_cast<double>(promised);
  else if (stream.has_length() && lacks_seconds)
    header_share = end / stream.promised_seconds();
}

/// By time; where that says nothing, frames follow each other.
int64_t VideoReader::State::number_of(const AVFrame& frame, int64_t next) const {
  if (!indexed_by_packets || frame.pts == AV_NOPTS_VALUE) return next;
  return std::lower_bound(pts.begin(), pts.end(), frame.pts) - pts.begin();
}

std::vector<int64_t> VideoReader::State::times_of(std::span<const int64_t> indices) const {
  std::vector<int64_t> times;
  for (const int64_t index : indices) times.push_back(pts[static_cast<size_t>(index)]);
  return times;
}

/// Decodes what the plan says and leaves out what nobody asked for.
/// @return  how many frames were given: not all where a keyframe was no clean start, or frames are
/// damaged.
size_t VideoReader::State::give_planned(std::span<const int64_t> indices, const FrameSink& sink) {
  stream.rewind();
  const bool leaves_out = !has_gaps;
  if (leaves_out) stream.want_only(times_of(indices));
  FrameCursor cursor(stream, std::bind_front(&State::number_of, this));
  const auto plan = plan_frames(indices, stream.can_seek() ? entries : std::vector<int64_t>(),
                                stream.reorder_depth());
  for (const auto& segment : plan) {
    if (segment.entry && stream.seek(keyframes[*segment.entry]))
      cursor.jump_to(entries[*segment.entry]);
    const int64_t last = indices[segment.end - 1];
    for (size_t i = segment.begin; i < segment.end; ++i) {
      // Not earlier: a packet of the last frame may come before those of others.
      if (leaves_out && indices[i] == last) stream.want_none_after(pts[static_cast<size_t>(last)]);
      if (!cursor.reach(indices[i]) || stream.damaged_after_skip()) return i;
      sink(i, cursor.picture());
    }
  }
  return indices.size();
}

/// Decodes everything. @param given  how many of the frames were given before.
void VideoReader::State::give_from_start(std::span<const int64_t> indices, size_t given,
                                         const FrameSink& sink) {
  stream.rewind();
  FrameCursor cursor(stream, std::bind_front(&State::number_of, this));
  for (size_t i = given; i < indices.size(); ++i) {
    if (!cursor.reach(indices[i])) replaced.insert(indices[i]);
    if (!cursor.has_frame())
      stream.fail(concat("frame ", indices[i], " cannot be decoded, nor any other"),
                  "no_decodable_frame");
    sink(i, cursor.picture());
  }
}

void VideoReader::State::collect_warnings() {
  warnings = found_on_opening;
  if (stream.size_changes())
    warnings.push_back(
        concat("the picture size changes; every frame is scaled on its own [size_change]"));
  if (const auto count = stream.damaged().size(); count > 0)
    warnings.push_back(concat("damaged frames: ", count, " [corrupt]"));
  if (const auto count = stream.missing_pictures(); count > 0)
    warnings.push_back(concat("frames missing from the stream: at least ", count, " [corrupt]"));
  if (!replaced.empty())
    warnings.push_back(concat("frames that cannot be decoded: ", replaced.size(),
                              ", the first is number ", *replaced.begin(),
                              "; the one before is used [corrupt]"));
}

VideoReader::VideoReader(const std::filesystem::path& path, const DecodeLimits& limits)
    : state_(std::make_unique<State>(path, limits)) {
  state_->build_index();
}
VideoReader::~VideoReader() = default;
VideoReader::VideoReader(VideoReader&&) noexcept = default;

int64_t VideoReader::num_frames() const { return static_cast<int64_t>(state_->pts.size()); }
const std::vector<double>& VideoReader::frame_seconds() const { return state_->seconds; }
int64_t VideoReader::height() const { return state_->height; }
int64_t VideoReader::width() const { return state_->width; }
const std::vector<std::string>& VideoReader::warnings() const { return state_->warnings; }

double VideoReader::average_fps() const {
  const double stated = state_->stream.average_fps();
  if (stated > 0) return stated;
  const auto& seconds = state_->seconds;
  return seconds.size() > 1 && seconds.back() > 0
             ? static_cast<double>(seconds.size() - 1) / seconds.back()
             : 1.0;
}

double VideoReader::duration_seconds() const {
  const auto& seconds = state_->seconds;
  const double step =
      seconds.size() > 1 ? seconds.back() - seconds[seconds.size() - 2] : 1.0 / average_fps();
  // What a packet says of itself is believed where it is not longer than any frame before it stays.
  const double own = state_->last_seconds;
  return seconds.back() + (own > 0 && own < step ? own : step);
}

double VideoReader::late_start_seconds() const {
  return state_->indexed_by_packets ? state_->stream.seconds_into_file(state_->pts.front()) : 0.0;
}

double VideoReader::frame_share() const {
  const State& state = *state_;
  const auto share = [](size_t lacking, size_t of) {
    return of == 0 ? 1.0 : 1.0 - static_cast<double>(lacking) / static_cast<double>(of);
  };
  const auto missing = static_cast<size_t>(std::max<int64_t>(state.stream.missing_pictures(), 0));
  return std::min({state.header_share, share(state.replaced.size(), state.asked.size()),
                   share(missing, missing + state.pts.size())});
}

void VideoReader::read_frames(std::span<const int64_t> indices, const FrameSink& sink) {
  State& state = *state_;
  VRLT_CHECK(std::is_sorted(indices.begin(), indices.end()), "frame indices must ascend");
  VRLT_CHECK(indices.empty() || (indices.front() >= 0 && indices.back() < num_frames()),
             "frame index out of range");
  state.asked.insert(indices.begin(), indices.end());
  const size_t given = state.indexed_by_packets ? state.give_planned(indices, sink) : 0;
  // From the start where the plan did not hold: the result is that of decoding everything.
  if (given < indices.size()) state.give_from_start(indices, given, sink);
  state.collect_warnings();
}

}  // namespace vrlt::video
