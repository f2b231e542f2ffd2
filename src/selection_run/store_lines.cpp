#include "selection_run/store_lines.h"

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/line_reader.h"
#include "vrlt/io/own_json.h"

namespace vrlt::selection_run {
namespace fs = std::filesystem;
namespace {

constexpr size_t kHashDigits = 16;
constexpr std::string_view kStamp = ",\"sha\":\"", kStampEnd = "\"}";
constexpr size_t kStampBytes = kStamp.size() + kHashDigits + kStampEnd.size();

std::string short_hash(std::string_view text) { return io::sha256(text).substr(0, kHashDigits); }

bool is_stamped(std::string_view line) {
  return line.size() > kStampBytes && line.ends_with(kStampEnd) &&
         line.substr(line.size() - kStampBytes).starts_with(kStamp);
}

void check_stamp(std::string_view line, const std::string& place) {
  const auto wrong = [&](const char* what) {
    return DataError(concat(place, ": ", what,
                            "; put back the line that the program wrote, or cut the file before "
                            "it: what follows is asked again"));
  };
  if (!is_stamped(line)) throw wrong("has no hash of its own, as the lines before it have");
  const auto body = std::string(line.substr(0, line.size() - kStampBytes)) + "}";
  if (short_hash(body) != line.substr(line.size() - kStampBytes + kStamp.size(), kHashDigits))
    throw wrong("was edited: it has another hash than it says");
}

}  // namespace

std::string to_lines(const std::vector<io::Json>& lines) {
  std::string text;
  for (const auto& line : lines) text += io::to_line(line) + "\n";
  return text;
}

void for_each_line(std::string_view text, const std::string& origin,
                   const std::function<void(const io::Json& line)>& visit) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    visit(io::parse_json(text.substr(0, end), origin, io::kOwnJson));
    text.remove_prefix(end + 1);
  }
}

std::vector<io::Json> parse_lines(std::string_view text, const std::string& origin) {
  std::vector<io::Json> lines;
  for_each_line(text, origin, [&](const io::Json& line) { lines.push_back(line); });
  return lines;
}

std::string head_of(std::string_view line) {
  // Inside a text its quotes would have a backslash before them.
  constexpr std::string_view kMember = ",\"summary\":{";
  const size_t begin = line.find(kMember);
  if (begin == std::string_view::npos) return {};
  int depth = 0;
  bool in_text = false;
  for (size_t i = begin + kMember.size() - 1; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return std::string(line.substr(0, i + 1)) + "}";
  }
  return {};
}

std::string stamped(const io::Json& line) {
  auto text = io::to_line(line);
  const auto hash = short_hash(text);
  text.pop_back();
  return concat(text, kStamp, hash, kStampEnd);
}

void for_each_stored_line(const fs::path& path, bool heads,
                          const std::function<void(StoredLine line)>& visit) {
  bool all_stamped = false;
  for (io::LineReader lines(path); lines.next() && lines.has_line_feed();) {
    const auto line = lines.line();
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto place = concat(path.string(), ":", lines.number());
    all_stamped = all_stamped || (lines.number() == 1 && is_stamped(line));
    const auto head = heads ? head_of(line) : std::string();
    auto value = io::parse_json(head.empty() ? line : std::string_view(head), place, io::kOwnJson);
    if (value.is_object()) value.erase("sha");
    visit({lines.number(), lines.end_offset(), std::move(value)});
    if (all_stamped) check_stamp(line, place);  // last: that a line has no place here says more
  }
}

bool cut_file(const fs::path& path, uint64_t size) {
  const auto found = io::exists(path) ? io::file_size(path) : 0;
  if (found < size)
    throw DiskError(concat(path.string(), ": has lost lines while it was in use: ", found,
                           " bytes, expected at least ", size));
  if (found == size) return false;
  std::error_code error;
  fs::resize_file(path, size, error);
  if (error)
    throw DiskError(concat(path.string(), ": cannot cut to ", size, " bytes: ", error.message()));
  return true;
}

}  // namespace vrlt::selection_run
