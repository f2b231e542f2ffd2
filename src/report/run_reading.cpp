#include "report/run_reading.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/io/line_reader.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

/// Whole lines with the mark, in order: calls `visit(index among them, line)`.
void for_each_marked(const fs::path& path, std::string_view mark,
                     const std::function<void(size_t index, const io::LineReader& lines)>& visit) {
  size_t index = 0;
  for (io::LineReader lines(path); lines.next() && lines.has_line_feed();)
    if (lines.line().find(mark) != std::string_view::npos) visit(index++, lines);
}

}  // namespace

void for_each_line(const fs::path& path, const std::function<void(const io::Json& line)>& visit) {
  if (!io::exists(path)) return;
  io::for_each_jsonl(
      path, /*tolerate_torn_tail=*/true, [&](int64_t, const io::Json& line) { visit(line); },
      io::kOwnJson);
}

std::vector<io::Json> spread_lines(const fs::path& path, std::string_view mark, size_t count) {
  std::vector<io::Json> lines;
  if (!io::exists(path) || count == 0) return lines;
  size_t found = 0;
  for_each_marked(path, mark, [&](size_t, const io::LineReader&) { ++found; });
  const size_t shown = std::min(count, found);
  const auto place_of = [&](size_t number) {
    return shown == 1 ? 0 : number * (found - 1) / (shown - 1);
  };
  for_each_marked(path, mark, [&](size_t index, const io::LineReader& reader) {
    if (lines.size() < shown && index == place_of(lines.size()))
      lines.push_back(
          io::parse_json(reader.line(), concat(path.string(), ":", reader.number()), io::kOwnJson));
  });
  return lines;
}

io::Json read_own_json(const fs::path& path) { return io::read_json(path, io::kOwnJson); }

}  // namespace vrlt::report
