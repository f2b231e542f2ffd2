#include "vrlt/video/frame_folder.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/reading.h"
#include "vrlt/video/image.h"

namespace vrlt::video {
namespace {

constexpr uint64_t kMaxFileBytes = 256ULL << 20;

/// Numbers of the files whose name is the pattern's, from `first` on, ascending.
std::vector<int64_t> find_numbers(const std::filesystem::path& folder,
                                  const data::FrameFolder& frames) {
  const auto zero = data::frame_name(frames, 0);
  const auto prefix = frames.pattern.substr(0, frames.pattern.find('%'));
  const auto suffix = frames.pattern.substr(frames.pattern.find('d', frames.pattern.find('%')) + 1);
  std::vector<int64_t> numbers;
  for (const auto& path : io::list_input_folder(folder)) {
    const auto name = path.filename().string();
    if (name.size() < zero.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    int64_t number = 0;
    const char* end = name.data() + name.size() - suffix.size();
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, number);
    if (error == std::errc() && stop == end && number >= frames.first &&
        data::frame_name(frames, number) == name)
      numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

FrameFolderReader::FrameFolderReader(std::filesystem::path folder, const data::FrameFolder& frames,
                                     const DecodeLimits& limits)
    : folder_(std::move(folder)), frames_(frames), limits_(limits) {
  numbers_ = find_numbers(folder_, frames_);
  if (numbers_.empty())
    throw DataError(concat(folder_.string(), ": no picture named ",
                           data::frame_name(frames_, frames_.first),
                           " or later [no_decodable_frame]"));
  const int64_t count = numbers_.back() - frames_.first + 1;
  if (count > limits_.max_packets)
    throw DataError(concat(folder_.string(), ": pictures are numbered up to ", numbers_.back(),
                           ", more than ", limits_.max_packets, " frames [limit]"));
  for (int64_t i = 0; i < count; ++i) seconds_.push_back(static_cast<double>(i) / frames_.fps);
  if (const int64_t missing = count - std::ssize(numbers_); missing > 0)
    warnings_.push_back(concat(missing, " of ", count, " numbered pictures are missing [corrupt]"));
  const auto first = decode(numbers_.front());
  height_ = first.height;
  width_ = first.width;
}

RgbFrame FrameFolderReader::decode(int64_t number) const {
  const auto path = folder_ / data::frame_name(frames_, number);
  const auto image = decode_image(io::read_file(path, kMaxFileBytes), path.string(), limits_)
                         .permute({1, 2, 0})
                         .contiguous();
  RgbFrame frame{.height = image.size(0),
                 .width = image.size(1),
                 .pixels = std::vector<uint8_t>(image.nbytes())};
  std::memcpy(frame.pixels.data(), image.const_data_ptr<uint8_t>(), image.nbytes());
  return frame;
}

RgbFrame FrameFolderReader::decode_at_or_before(int64_t index) {
  // Before the first picture there is none: then the first one.
  auto next = std::max(std::upper_bound(numbers_.begin(), numbers_.end(), frames_.first + index),
                       numbers_.begin() + 1);
  for (; next != numbers_.begin(); --next) {
    try {
      return decode(*(next - 1));
    } catch (const DataError& error) {
      note_undecodable(*(next - 1), error);
    } catch (const MissingInputError& error) {  // a link to nothing, or removed since
      note_undecodable(*(next - 1), error);
    }
  }
  throw DataError(concat(folder_.string(), ": no picture up to number ", frames_.first + index,
                         " can be decoded [no_decodable_frame]"));
}

void FrameFolderReader::note_undecodable(int64_t number, const Error& error) {
  if (undecodable_.insert(number).second)
    warnings_.push_back(concat(error.what(), "; the picture before it is shown [corrupt]"));
}

void FrameFolderReader::read_frames(
    std::span<const int64_t> indices,
    const std::function<void(size_t i, const RgbFrame& frame)>& sink) {
  RgbFrame frame;
  for (size_t i = 0; i < indices.size(); ++i) {
    VRLT_CHECK(
        indices[i] >= 0 && indices[i] < num_frames() && (i == 0 || indices[i] >= indices[i - 1]),
        "index ", indices[i]);
    if (i == 0 || indices[i] != indices[i - 1]) frame = decode_at_or_before(indices[i]);
    sink(i, frame);
  }
}

}  // namespace vrlt::video
