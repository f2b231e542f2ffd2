#include "vrlt/data/subtitles.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

constexpr uint64_t kMaxFileBytes = 16 << 20;
constexpr double kMaxFrame = 1e15;  ///< Keeps the product of a hostile time and rate an integer.

/// A number of 1 to 9 digits, taken from the front of the text.
std::optional<int64_t> take_number(std::string_view& text) {
  constexpr size_t kMaxDigits = 9;
  const size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  if (size == 0 || size > kMaxDigits) return {};
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + size, number);
  text.remove_prefix(size);
  return number;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<double> take_time(std::string_view& text) {
  const auto hours = take_number(text);
  if (!hours || !take(text, ":")) return {};
  const auto minutes = take_number(text);
  if (!minutes || !take(text, ":")) return {};
  const auto seconds = take_number(text);
  if (!seconds || !(take(text, ",") || take(text, "."))) return {};
  const auto milliseconds = take_number(text);
  if (!milliseconds) return {};
  return static_cast<double>(*hours * 3600 + *minutes * 60 + *seconds) +
         static_cast<double>(*milliseconds) / 1000;
}

/// What may follow the times, such as coordinates, is not looked at.
std::optional<std::pair<double, double>> parse_times(std::string_view line) {
  const auto start = take_time(line);
  if (!start || !take(line, " --> ")) return {};
  const auto end = take_time(line);
  if (!end) return {};
  return std::pair(*start, *end);
}

/// Bytes that are not UTF-8 become U+FFFD.
std::string as_utf8(const std::string& text) {
  return io::Json::parse(io::Json(text).dump(-1, ' ', false, io::Json::error_handler_t::replace))
      .get<std::string>();
}

/// What stands in the font tag, or nothing.
std::optional<std::string_view> tagged_text(std::string_view text) {
  constexpr std::string_view kBegin = "<font color=\"white\" size=\".72c\">", kEnd = "</font>";
  const size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + kBegin.size());
  const size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return {};
  return text.substr(0, end);
}

int64_t frame_at(double seconds, double fps) {
  return static_cast<int64_t>(std::min(seconds * fps, kMaxFrame));
}

}  // namespace

std::vector<Cue> load_subtitles(const std::filesystem::path& path) {
  const auto text = as_utf8(io::read_text(path, kMaxFileBytes));
  std::vector<Cue> cues;
  std::map<std::pair<double, double>, size_t> index_of;
  std::vector<std::string_view> block;
  const auto finish_block = [&](int64_t first_line) {
    if (block.size() >= 3) {
      const auto times = parse_times(block[1]);
      if (!times)
        throw DataError(
            concat(path.string(), ":", first_line + 1,
                   ": expected the times of a cue, hh:mm:ss,mmm --> hh:mm:ss,mmm, found ",
                   io::excerpt(io::Json(std::string(block[1])))));
      const auto [found, is_new] = index_of.emplace(*times, cues.size());
      if (is_new) cues.push_back({times->first, times->second, {}});
      auto& said = cues[found->second].text;
      said.clear();
      for (size_t i = 2; i < block.size(); ++i) said.append(i == 2 ? "" : " ").append(block[i]);
    }
    block.clear();
  };
  std::string_view rest = text;
  int64_t line_number = 1, first_line = 1;
  for (; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) {
      finish_block(first_line);
      continue;
    }
    if (block.empty()) first_line = line_number;
    block.push_back(line);
  }
  finish_block(first_line);
  return cues;
}

std::vector<int64_t> spread_frames(int64_t num_frames, int64_t count) {
  std::vector<int64_t> frames;
  if (num_frames <= 0) return frames;
  if (count < 0) count = num_frames;
  const double step =
      count > 1 ? static_cast<double>(num_frames - 1) / static_cast<double>(count - 1) : 0.0;
  // The last one is set: a product may fall short of it.
  for (int64_t i = 0; i < count; ++i)
    frames.push_back(i > 0 && i == count - 1 ? num_frames - 1
                                             : static_cast<int64_t>(static_cast<double>(i) * step));
  return frames;
}

std::string subtitles_at(const std::vector<Cue>& cues, const std::vector<int64_t>& frames,
                         double fps) {
  std::string text;
  bool first = true;
  for (const auto& cue : cues) {
    const auto frame =
        std::lower_bound(frames.begin(), frames.end(), frame_at(cue.start_seconds, fps));
    if (frame == frames.end() || *frame >= frame_at(cue.end_seconds, fps)) continue;
    const auto said = tagged_text(cue.text);
    if (!said) continue;
    if (!first) text += "\n";
    text += *said;
    first = false;
  }
  return text;
}

}  // namespace vrlt::data
