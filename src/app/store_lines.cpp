#include "app/store_lines.h"

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::app {
namespace fs = std::filesystem;

std::string to_lines(const std::vector<io::Json>& lines) {
  std::string text;
  for (const auto& line : lines) text += io::to_line(line) + "\n";
  return text;
}

std::vector<io::Json> parse_lines(std::string_view text, const std::string& origin) {
  std::vector<io::Json> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(io::parse_json(text.substr(0, end), origin));
    text.remove_prefix(end + 1);
  }
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

void for_each_stored_line(const fs::path& path, bool heads, const std::function<void(StoredLine line)>& visit) {
  const io::MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  size_t begin = 0;
  for (int64_t number = 1;; ++number) {
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return;
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto head = heads ? head_of(line) : std::string();
    visit({number, begin, io::parse_json(head.empty() ? line : std::string_view(head), concat(path.string(), ":", number))});
  }
}

void cut_file(const fs::path& path, uint64_t size) {
  std::error_code error;
  if (!fs::exists(path, error) || fs::file_size(path, error) <= size) return;
  fs::resize_file(path, size, error);
  if (error) throw DiskError(concat(path.string(), ": cannot cut to ", size, " bytes: ", error.message()));
}

}  // namespace vrlt::app
