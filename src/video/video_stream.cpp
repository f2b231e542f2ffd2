#include "video/video_stream.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "video/time_cadence.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::video {
namespace {

/// Containers that hold video. Playlists, scripts and image lists are left out: they can name other
/// files or hosts.
constexpr const char* kFormats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,flv,ogg,asf,gif,"
    "ivf,mxf,nut,rm,wtv,dv";
constexpr const char* kProtocols = "file";
/// What an AVPacket takes besides its data, about.
constexpr int64_t kPacketOverhead = 256;
/// FFmpeg compares its limit with sizes that it rounds up, to whole macroblocks and to lines of 64:
/// it gets room for that.
int64_t padded_limit(int64_t max_pixels) { return max_pixels + max_pixels / 8 + (1 << 20); }

/// Of one block. A demuxer asks for what a table's header says before it reads the table; above any
/// frame within the default limits.
constexpr size_t kMaxAllocation = size_t{512} << 20;

/// A decoder that only fails while it is emptied is given up.
constexpr int kMaxDrainErrors = 64;

bool is_lfs_pointer(const std::filesystem::path& path) {
  char head[128] = {};
  std::ifstream file(path, std::ios::binary);
  file.read(head, sizeof head);
  return io::is_lfs_pointer({head, static_cast<size_t>(file.gcount())});
}

bool has_gaps(const std::vector<int64_t>& pts) {
  std::vector<uint64_t> steps;
  for (size_t i = 1; i < pts.size(); ++i)
    steps.push_back(static_cast<uint64_t>(pts[i]) - static_cast<uint64_t>(pts[i - 1]));
  if (steps.empty()) return false;
  const auto middle = steps.begin() + std::ssize(steps) / 2;
  std::nth_element(steps.begin(), middle, steps.end());
  return *std::max_element(middle, steps.end()) > *middle + *middle / 2;
}

/// VP8 has pictures that only serve as references; nothing but a bit of their header tells.
bool is_shown(const AVPacket& packet, AVCodecID codec) {
  if (packet.flags & AV_PKT_FLAG_DISCARD || packet.size == 0) return false;
  return codec != AV_CODEC_ID_VP8 || (packet.data[0] & 0x10) != 0;
}

/// When it ends, in seconds of the file's own time.
double end_of(const AVPacket& packet, int64_t time, const AVStream& stream) {
  return (static_cast<double>(time) + static_cast<double>(packet.duration)) *
         av_q2d(stream.time_base);
}

}  // namespace

VideoStream::VideoStream(const std::filesystem::path& path, const DecodeLimits& limits)
    : path_(path),
      limits_(limits),
      packet_(made(av_packet_alloc())),
      frame_(made(av_frame_alloc())) {
  av_max_alloc(kMaxAllocation);
  av_log_set_level(AV_LOG_QUIET);  // what matters is told in our own errors and warnings
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw MissingInputError(path.string() + ": no such file");
  if (error) fail("cannot be opened: " + error.message(), "not_a_video");
  if (!std::filesystem::is_regular_file(status)) fail("not a regular file", "not_a_video");
  if (std::filesystem::file_size(path, error) == 0) fail("the file is empty", "empty_file");
  open_input();
  choose_stream();
  open_decoder();
}

void VideoStream::fail(const std::string& what, const char* reason) const {
  throw DataError(concat(path_.string(), ": ", what, " [", reason, "]"));
}

void VideoStream::check_size(int64_t width, int64_t height) const {
  if (width > 0 && height > 0 && width * height > limits_.max_pixels_per_frame)
    fail(concat("frames of ", width, "x", height, " are above the limit of ",
                limits_.max_pixels_per_frame, " pixels"),
         "limit");
}

void VideoStream::open_input() {
  AVFormatContext* context = made(avformat_alloc_context());
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kFormats, 0);
  av_dict_set(&options, "protocol_whitelist", kProtocols, 0);
  // "file:" keeps a name such as "a:b.mp4" from being read as a protocol.
  const int code =
      avformat_open_input(&context, ("file:" + path_.string()).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (code < 0)
    fail(is_lfs_pointer(path_) ? io::kLfsPointerHint
                               : "cannot be opened as a video: " + ffmpeg_reason(code),
         "not_a_video");
  format_.reset(context);
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const auto* parameters = format_->streams[i]->codecpar;
    if (parameters->codec_type == AVMEDIA_TYPE_VIDEO)
      check_size(parameters->width, parameters->height);
  }
  // Finding out about streams decodes some frames: under the same limits.
  std::vector<AVDictionary*> decoding(format_->nb_streams, nullptr);
  for (auto*& dictionary : decoding)
    av_dict_set_int(&dictionary, "max_pixels", padded_limit(limits_.max_pixels_per_frame), 0);
  const int info = avformat_find_stream_info(format_.get(), decoding.data());
  for (auto*& dictionary : decoding) av_dict_free(&dictionary);
  if (info < 0) fail("its streams cannot be read: " + ffmpeg_reason(info), "not_a_video");
  const std::string name = format_->iformat->name;
  has_sample_table_ = name.find("mp4") != std::string::npos;
  has_file_index_ = has_sample_table_ || name.find("matroska") != std::string::npos;
}

void VideoStream::choose_stream() {
  // A cover picture is a "video" stream too.
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    if (format_->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC)
      format_->streams[i]->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  const int best = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (best < 0) fail("it has no video stream", "no_video_stream");
  stream_ = format_->streams[best];
  // Packets of a stream of unknown length are looked at, to learn how long the whole file is.
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    if (static_cast<int>(i) != best && format_->streams[i]->duration != AV_NOPTS_VALUE)
      format_->streams[i]->discard = AVDISCARD_ALL;
  if (const auto* matrix = reinterpret_cast<const int32_t*>(
          av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, nullptr))) {
    const double counterclockwise = av_display_rotation_get(matrix);
    if (std::isfinite(counterclockwise))
      rotation_ = (static_cast<int>(std::lround(-counterclockwise / 90.0)) * 90 % 360 + 360) % 360;
  }
}

void VideoStream::open_decoder() {
  const auto* parameters = stream_->codecpar;
  check_size(parameters->width, parameters->height);
  const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
  if (decoder == nullptr)
    fail(concat("no decoder for ", avcodec_get_name(parameters->codec_id)), "no_decodable_frame");
  codec_.reset(made(avcodec_alloc_context3(decoder)));
  const int copied = avcodec_parameters_to_context(codec_.get(), parameters);
  check_memory(copied);
  if (copied < 0) fail("its codec parameters are unusable", "corrupt");
  // parallelism is across videos; one thread gives the same frames everywhere
  codec_->thread_count = 1;
  codec_->pkt_timebase = stream_->time_base;
  codec_->max_pixels = padded_limit(limits_.max_pixels_per_frame);
  const int code = avcodec_open2(codec_.get(), decoder, nullptr);
  if (code < 0) fail("the decoder does not start: " + ffmpeg_reason(code), "no_decodable_frame");
}

VideoStream::Index VideoStream::scan_packets() {
  Index index;
  std::vector<ScannedPacket> packets;
  int64_t bytes = 0;
  int code = 0;
  in_memory_ = true;
  use_.emplace(*stream_->codecpar);
  for (; (code = av_read_frame(format_.get(), packet_.get())) >= 0;
       av_packet_unref(packet_.get())) {
    const int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
    if (packet_->stream_index != stream_->index) {
      if (time != AV_NOPTS_VALUE)
        index.end_seconds = std::max(
            index.end_seconds, end_of(*packet_, time, *format_->streams[packet_->stream_index]));
      continue;
    }
    const auto number = static_cast<size_t>(index.num_packets++);
    if (index.num_packets > limits_.max_packets)
      fail(concat("more than ", limits_.max_packets, " packets"), "limit");
    use_->see(*packet_);
    const bool is_key = packet_->flags & AV_PKT_FLAG_KEY;
    if (number == 0) index.starts_with_keyframe = is_key;
    if (time != AV_NOPTS_VALUE) index.has_times = true;
    if (packet_->flags & AV_PKT_FLAG_CORRUPT) {
      index.complete = false;
      ++index.num_damaged;
      damaged_.insert(packet_->pts);
    }
    if (packet_->pts == AV_NOPTS_VALUE) {
      index.complete = false;
      if (time != AV_NOPTS_VALUE)
        index.end_seconds = std::max(index.end_seconds, end_of(*packet_, time, *stream_));
    } else {
      packets.push_back({packet_->pts, packet_->duration, number, is_key,
                         is_shown(*packet_, stream_->codecpar->codec_id)});
    }
    bytes += packet_->size + kPacketOverhead;
    if (bytes > limits_.max_bytes_in_memory) {
      in_memory_ = false;
      packets_.clear();
    }
    if (in_memory_) {
      packets_.emplace_back(made(av_packet_alloc()));
      av_packet_move_ref(packets_.back().get(), packet_.get());
    }
  }
  check_memory(code);
  if (code != AVERROR_EOF) index.complete = false;
  index.num_mended_times = mend_times(packets);
  index_packets(packets, index);
  at_start_ = in_memory_;  // the decoder has seen nothing yet
  rewind();
  return index;
}

int64_t VideoStream::mend_times(std::vector<ScannedPacket>& packets) {
  std::vector<int64_t> times;
  for (const auto& packet : packets) times.push_back(packet.pts);
  const std::string name = format_->iformat->name;
  const bool is_programme = name.find("mpeg") != std::string::npos;  // mpegts and mpeg
  const auto mended = video::mend_times(times, is_programme, 1.0 / av_q2d(stream_->time_base));
  for (const size_t i : mended) {
    if (in_memory_)
      packets_[packets[i].number]->pts = times[i];
    else
      mended_[packets[i].pts] = times[i];
    packets[i].pts = times[i];
  }
  return std::ssize(mended);
}

void VideoStream::index_packets(const std::vector<ScannedPacket>& packets, Index& index) const {
  int64_t first_key = INT64_MAX, last = INT64_MIN;
  for (const auto& packet : packets) {
    const double end = (static_cast<double>(packet.pts) + static_cast<double>(packet.duration)) *
                       av_q2d(stream_->time_base);
    index.end_seconds = std::max(index.end_seconds, end);
    if (packet.is_key) {
      index.keyframes.push_back({packet.pts, packet.number});
      if (first_key == INT64_MAX) first_key = packet.pts;
    }
    if (!packet.is_shown) continue;
    index.pts.push_back(packet.pts);
    if (packet.pts < last) continue;
    last = packet.pts;
    index.last_seconds = static_cast<double>(packet.duration) * av_q2d(stream_->time_base);
  }
  std::sort(index.pts.begin(), index.pts.end());
  std::sort(index.keyframes.begin(), index.keyframes.end(),
            [](const Keyframe& a, const Keyframe& b) { return a.pts < b.pts; });
  index.has_gaps = has_gaps(index.pts);
  if (std::adjacent_find(index.pts.begin(), index.pts.end()) != index.pts.end())
    index.complete = false;
  // Frames shown before the first keyframe lean on frames that are not there.
  if (!index.pts.empty() && index.pts.front() < first_key) index.complete = false;
  if (!index.starts_with_keyframe) index.complete = false;
}

/// The next packet of the stream into `packet_`; false at the end.
bool VideoStream::read_packet() {
  if (in_memory_)
    return next_packet_ < packets_.size() &&
           av_packet_ref(packet_.get(), packets_[next_packet_++].get()) >= 0;
  while (av_read_frame(format_.get(), packet_.get()) >= 0) {
    if (packet_->stream_index == stream_->index) {
      if (const auto mended = mended_.find(packet_->pts); mended != mended_.end())
        packet_->pts = mended->second;
      return true;
    }
    av_packet_unref(packet_.get());
  }
  return false;
}

/// Gives the decoder the next packet of the stream; false when there is nothing more to give.
bool VideoStream::feed_packet() {
  if (pass_.drained) return false;
  if (pass_.has_enough || !read_packet()) {
    pass_.drained = true;
    avcodec_send_packet(codec_.get(), nullptr);
    return true;
  }
  if (!is_needed(*packet_)) {
    av_packet_unref(packet_.get());
    return true;
  }
#if LIBAVUTIL_VERSION_MAJOR < 58
  codec_->reordered_opaque = pass_.sent_packets;
#endif
  const int sent = avcodec_send_packet(codec_.get(), packet_.get());
  check_memory(sent);
  if (sent < 0 && sent != AVERROR(EAGAIN)) note_damage(packet_->pts);
  pass_.has_enough = pass_.last_wanted == packet_->pts;
  av_packet_unref(packet_.get());
  ++pass_.sent_packets;
  return true;
}

bool VideoStream::is_needed(const AVPacket& packet) const {
  return !wanted_ || std::binary_search(wanted_->begin(), wanted_->end(), packet.pts) ||
         !use_->is_disposable(packet);
}

void VideoStream::note_damage(int64_t pts) {
  if (!pass_.sought_pts && !wanted_)
    damaged_.insert(pts);
  else if (!pass_.sought_pts || pts == AV_NOPTS_VALUE || pts >= *pass_.sought_pts)
    pass_.damaged_after_skip = true;
}

void VideoStream::note_frame() {
  check_size(frame_->width, frame_->height);
  if ((frame_->flags & AV_FRAME_FLAG_CORRUPT) || frame_->decode_error_flags != 0)
    note_damage(frame_->pts);
  if (width_ == 0) {
    width_ = frame_->width;
    height_ = frame_->height;
  }
  if (frame_->width != width_ || frame_->height != height_) size_changes_ = true;
#if LIBAVUTIL_VERSION_MAJOR < 58  // FFmpeg 5; later ones do not tell
  // The H.264 decoder invents a picture for every gap in the numbering, and counts it.
  if (codec_->codec_id != AV_CODEC_ID_H264) return;
  if (pass_.first_coded < 0) {
    pass_.first_coded = pass_.sought_pts ? frame_->coded_picture_number : 0;
    pass_.first_packet = pass_.sought_pts ? frame_->reordered_opaque : 0;
  }
  const int64_t missing = frame_->coded_picture_number - pass_.first_coded -
                          (frame_->reordered_opaque - pass_.first_packet);
  if ((pass_.sought_pts || wanted_) && missing > 0) pass_.damaged_after_skip = true;
  if (!pass_.sought_pts && !wanted_) missing_pictures_ = std::max(missing_pictures_, missing);
#endif
}

const AVFrame* VideoStream::next_frame() {
  at_start_ = false;
  if (holds_frame_) {
    holds_frame_ = false;
    return frame_.get();
  }
  int drain_errors = 0;
  while (true) {
    const int code = avcodec_receive_frame(codec_.get(), frame_.get());
    if (code == 0) {
      if (frame_->flags & AV_FRAME_FLAG_DISCARD) continue;
      note_frame();
      return frame_.get();
    }
    if (code == AVERROR_EOF) return nullptr;
    check_memory(code);
    if (code != AVERROR(EAGAIN)) note_damage(AV_NOPTS_VALUE);
    if (!feed_packet() && ++drain_errors > kMaxDrainErrors) return nullptr;
  }
}

const AVFrame* VideoStream::first_frame() {
  rewind();
  const AVFrame* frame = next_frame();
  if (frame == nullptr) return nullptr;
  at_start_ = true;
  holds_frame_ = true;
  return frame;
}

void VideoStream::rewind() {
  wanted_.reset();
  if (at_start_) return;
  if (in_memory_) {
    open_decoder();
  } else {
    // Opened anew: seeking back to the very start is not exact in every container (edit lists,
    // negative times, raw streams).
    codec_.reset();
    format_.reset();
    open_input();
    choose_stream();
    open_decoder();
  }
  next_packet_ = 0;
  holds_frame_ = false;
  pass_ = {};
  at_start_ = true;
}

bool VideoStream::seek(const Keyframe& keyframe) {
  if (in_memory_) {
    next_packet_ = keyframe.packet;
  } else if (!has_file_index_ || avformat_seek_file(format_.get(), stream_->index, INT64_MIN,
                                                    keyframe.pts, keyframe.pts, 0) < 0) {
    return false;
  }
  avcodec_flush_buffers(codec_.get());
  holds_frame_ = at_start_ = false;
  pass_ = {.sought_pts = keyframe.pts};
  return true;
}

double VideoStream::average_fps() const {
  if (stream_->avg_frame_rate.num > 0 && stream_->avg_frame_rate.den > 0)
    return av_q2d(stream_->avg_frame_rate);
  return stream_->r_frame_rate.num > 0 && stream_->r_frame_rate.den > 0
             ? av_q2d(stream_->r_frame_rate)
             : 0.0;
}

int64_t VideoStream::promised_frames() const {
  // An edit list may leave out samples: the demuxer's index is what is left, nb_frames what the
  // table holds.
  return has_sample_table_ ? avformat_index_get_entries_count(stream_) : stream_->nb_frames;
}

double VideoStream::promised_seconds() const {
  const bool from_header = format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM &&
                           format_->duration != AV_NOPTS_VALUE;
  return from_header ? static_cast<double>(format_->duration) / AV_TIME_BASE : 0.0;
}

double VideoStream::seconds_into_file(int64_t pts) const {
  const double own = static_cast<double>(pts) * av_q2d(stream_->time_base);
  const bool starts_at_zero = has_file_index_;
  const double start = starts_at_zero || format_->start_time == AV_NOPTS_VALUE
                           ? 0.0
                           : static_cast<double>(format_->start_time) / AV_TIME_BASE;
  return starts_at_zero || format_->start_time != AV_NOPTS_VALUE ? std::max(own - start, 0.0) : 0.0;
}

double VideoStream::known_seconds_of_others() const {
  double longest = 0.0;
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    if (const auto* other = format_->streams[i];
        other != stream_ && other->duration != AV_NOPTS_VALUE)
      longest = std::max(longest, static_cast<double>(other->duration) * av_q2d(other->time_base));
  return longest;
}

void VideoStream::to_rgb(const AVFrame& frame, RgbFrame& rgb) {
  if (frame.width < 1 || frame.height < 1)
    fail(concat("a frame of ", frame.width, "x", frame.height), "corrupt");
  if (const char* problem = converter_.convert(frame, rotation_, rgb))
    fail(concat(problem, " (pixel format ", frame.format, ")"), "no_decodable_frame");
}

}  // namespace vrlt::video
