#include "vrlt/io/jsonl.h"

#include "vrlt/core/error.h"
#include "vrlt/io/text.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxFileBytes = 64ULL << 30;
constexpr uint64_t kMaxLineBytes = 64ULL << 20;

/// Makes the file shorter.
void cut_file(const fs::path& path, uint64_t size) {
  std::error_code error;
  fs::resize_file(path, size, error);
  if (error) throw DiskError(concat(path.string(), ": cannot cut to ", size, " bytes: ", error.message()));
}

/// Cuts the file after its last line feed; a file that does not exist stays so.
fs::path repair_torn_tail(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return path;
  uint64_t keep = 0;
  {
    const MappedFile file(path);
    const auto* bytes = reinterpret_cast<const char*>(file.data());
    keep = file.size();
    while (keep > 0 && bytes[keep - 1] != '\n') --keep;
    if (keep == file.size()) return path;
  }
  cut_file(path, keep);
  return path;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

Json parse_line(std::string_view line, const fs::path& path, int64_t number) {
  return parse_json(line, concat(path.string(), ":", number), {.max_bytes = kMaxLineBytes});
}

}  // namespace

void for_each_jsonl(const fs::path& path, bool tolerate_torn_tail, const std::function<void(int64_t line, Json value)>& visit) {
  const MappedFile file(path);
  if (file.size() > kMaxFileBytes) throw DataError(concat(path.string(), ": larger than ", kMaxFileBytes, " bytes"));
  auto rest = without_mark({reinterpret_cast<const char*>(file.data()), file.size()}, path.string());
  for (int64_t line_number = 1; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos && tolerate_torn_tail) return;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!is_blank(line)) visit(line_number, parse_line(line, path, line_number));
  }
}

void cut_jsonl(const fs::path& path, const std::function<bool(int64_t line, const Json& value)>& keep) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  uint64_t kept = 0, size = 0;
  {
    const MappedFile file(path);
    size = file.size();
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    for (int64_t number = 1;; ++number) {
      const size_t end = text.find('\n', kept);
      if (end == std::string_view::npos) break;
      const auto line = text.substr(kept, end - kept);
      if (!is_blank(line) && !keep(number, parse_line(line, path, number))) break;
      kept = end + 1;
    }
  }
  if (kept < size) cut_file(path, kept);
}

JsonlAppender::JsonlAppender(const fs::path& path) : file_(repair_torn_tail(path), FileWriter::Mode::kAppend) {}

void JsonlAppender::append(const Json& value) { file_.write(to_line(value) + "\n"); }

}  // namespace vrlt::io
