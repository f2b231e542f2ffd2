#include "vrlt/video/decoder.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <optional>
#include <set>

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

}  // namespace

struct VideoReader::State {
  State(const std::filesystem::path& path, const DecodeLimits& limits) : stream(path, limits) {}

  VideoStream stream;
  std::vector<int64_t> pts;  ///< Ascending; frame i is shown at pts[i].
  struct Entry {
    int64_t frame = 0;  ///< The first frame that can be decoded from here.
    VideoStream::Keyframe keyframe;
  };
  std::vector<Entry> entries;  ///< Where decoding may start, ascending.
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
  /// Where to go on to get frame `wanted`, if that saves decoding; `next` is the frame that the
  /// decoder gives next.
  const Entry* entry_beyond(int64_t next, int64_t wanted) const;
  std::vector<int64_t> times_of(std::span<const int64_t> indices) const;
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
    for (const auto& key : index.keyframes)
      entries.push_back({std::lower_bound(pts.begin(), pts.end(), key.pts) - pts.begin(), key});
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

const VideoReader::State::Entry* VideoReader::State::entry_beyond(int64_t next,
                                                                  int64_t wanted) const {
  if (!stream.can_seek()) return nullptr;
  const auto after = std::upper_bound(entries.begin(), entries.end(), wanted,
                                      [](int64_t n, const auto& entry) { return n < entry.frame; });
  // Flushing throws away the frames in flight: it pays only for a jump.
  return after != entries.begin() && (after - 1)->frame > next + stream.reorder_depth()
             ? &*(after - 1)
             : nullptr;
}

std::vector<int64_t> VideoReader::State::times_of(std::span<const int64_t> indices) const {
  std::vector<int64_t> times;
  for (const int64_t index : indices) times.push_back(pts[static_cast<size_t>(index)]);
  return times;
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

void VideoReader::read_frames(std::span<const int64_t> indices,
                              const std::function<void(size_t i, const RgbFrame& frame)>& sink) {
  State& state = *state_;
  VRLT_CHECK(std::is_sorted(indices.begin(), indices.end()), "frame indices must ascend");
  VRLT_CHECK(indices.empty() || (indices.front() >= 0 && indices.back() < num_frames()),
             "frame index out of range");
  state.stream.rewind();
  state.asked.insert(indices.begin(), indices.end());
  struct Decoded {
    Frame frame{av_frame_alloc()};
    int64_t number = -1;
    void set(const AVFrame& other, int64_t its_number) {
      av_frame_unref(frame.get());
      if (av_frame_ref(frame.get(), &other) < 0) throw std::bad_alloc();
      number = its_number;
    }
  };
  Decoded shown, ahead;  // the latest frame up to the wanted one; one after it, -1 for none
  int64_t next = 0;      // number of the frame that the decoder gives next
  bool may_skip = state.indexed_by_packets;
  const bool may_leave_out = may_skip && !state.has_gaps;
  if (may_leave_out) state.stream.want_only(state.times_of(indices));
  RgbFrame rgb;  // of `shown`
  int64_t rgb_number = -1;

  for (size_t i = 0; i < indices.size();) {
    const int64_t wanted = indices[i];
    if (may_skip) {
      if (const auto* entry = state.entry_beyond(next, wanted);
          entry != nullptr && state.stream.seek(entry->keyframe)) {
        next = entry->frame;
        ahead.number = -1;
      }
      const auto later = std::upper_bound(indices.begin(), indices.end(), wanted);
      if (may_leave_out &&
          (later == indices.end() || state.entry_beyond(wanted + 1, *later) != nullptr))
        state.stream.want_none_after(state.pts[static_cast<size_t>(wanted)]);
    }
    while (shown.number < wanted && ahead.number <= wanted) {
      if (ahead.number > shown.number) {
        shown.set(*ahead.frame, ahead.number);
        continue;
      }
      const AVFrame* frame = state.stream.next_frame();
      if (frame == nullptr) break;
      const int64_t number = state.number_of(*frame, next);
      next = number + 1;
      (number > wanted ? ahead : shown).set(*frame, number);
    }
    if (may_skip && (shown.number != wanted || state.stream.damaged_after_skip())) {
      // A keyframe was no clean start, or frames are damaged: from the start, so that the result is
      // that of decoding everything.
      may_skip = false;
      state.stream.rewind();
      next = 0;
      shown.number = ahead.number = rgb_number = -1;
      continue;
    }
    if (shown.number != wanted) state.replaced.insert(wanted);
    if (shown.number < 0 && ahead.number < 0)
      state.stream.fail(concat("frame ", wanted, " cannot be decoded, nor any other"),
                        "no_decodable_frame");
    const Decoded& nearest = shown.number >= 0 ? shown : ahead;
    if (rgb_number != nearest.number) {
      state.stream.to_rgb(*nearest.frame, rgb);
      rgb_number = nearest.number;
    }
    sink(i++, rgb);
  }
  state.collect_warnings();
}

}  // namespace vrlt::video
