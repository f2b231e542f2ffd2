#include "vrlt/io/jsonl.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/line_reader.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

/// Makes the file shorter.
void cut_file(const fs::path& path, uint64_t size) {
  std::error_code error;
  fs::resize_file(path, size, error);
  if (error)
    throw DiskError(concat(path.string(), ": cannot cut to ", size, " bytes: ", error.message()));
}

/// Cuts the file after its last line feed; a file that does not exist stays so.
fs::path repair_torn_tail(const fs::path& path) {
  if (!io::exists(path)) return path;
  uint64_t keep = 0;
  {
    const MappedFile file(path);  // of which the last page is looked at
    const auto* bytes = reinterpret_cast<const char*>(file.data());
    keep = file.size();
    while (keep > 0 && bytes[keep - 1] != '\n') --keep;
    if (keep == file.size()) return path;
  }
  cut_file(path, keep);
  return path;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

Json parse_line(std::string_view line, const fs::path& path, int64_t number,
                const JsonLimits& limits) {
  return parse_json(line, concat(path.string(), ":", number), limits);
}

/// Behind the first line that is not kept: what a kill left there may be anything, but no line that
/// belongs to what is kept.
void refuse_to_lose(const fs::path& path, LineReader& lines,
                    const std::function<bool(int64_t line, const Json& value)>& keep) {
  const auto first = lines.number();
  while (lines.next() && lines.has_line_feed()) {
    Json value;
    try {
      value = parse_line(lines.line(), path, lines.number(), kOwnJson);
    } catch (const DataError&) {
      continue;
    }
    if (keep(lines.number(), value))
      throw DataError(concat(path.string(), ":", lines.number(), ": stands behind line ", first,
                             ", which comes later: the lines are not in order"));
  }
}

}  // namespace

void for_each_jsonl(const fs::path& path, bool tolerate_torn_tail,
                    const std::function<void(int64_t line, Json value)>& visit,
                    const JsonLimits& limits) {
  for (LineReader lines(path); lines.next();) {
    if (!lines.has_line_feed() && tolerate_torn_tail) return;
    if (!is_blank(lines.line()))
      visit(lines.number(), parse_line(lines.line(), path, lines.number(), limits));
  }
}

void cut_jsonl(const fs::path& path,
               const std::function<bool(int64_t line, const Json& value)>& keep) {
  if (!io::exists(path)) return;
  uint64_t kept = 0;
  for (LineReader lines(path); lines.next() && lines.has_line_feed(); kept = lines.end_offset())
    if (!is_blank(lines.line()) &&
        !keep(lines.number(), parse_line(lines.line(), path, lines.number(), kOwnJson))) {
      refuse_to_lose(path, lines, keep);
      break;
    }
  if (kept < io::file_size(path)) cut_file(path, kept);
}

JsonlAppender::JsonlAppender(const fs::path& path)
    : file_(repair_torn_tail(path), FileWriter::Mode::kAppend) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw DiskError(concat(path.string(), ": cannot tell what is there: ", std::strerror(errno)));
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

void JsonlAppender::append_line(const std::string& line) {
  struct stat status {};
  if (::stat(file_.path().c_str(), &status) != 0 && errno != ENOENT && errno != ENOTDIR)
    throw DiskError(
        concat(file_.path().string(), ": cannot tell what is there: ", std::strerror(errno)));
  if (status.st_dev != device_ || status.st_ino != inode_)
    throw DiskError(concat(file_.path().string(),
                           ": was removed, moved or replaced while it was being written; what is "
                           "written now would be lost"));
  file_.write(line + "\n");
}

}  // namespace vrlt::io
