#include "vrlt/data/record_file.h"

#include "data/layouts/record_layout.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace fs = std::filesystem;
namespace {

/// A folder that is given for a file: of a saved data set, or one with records in it.
void refuse_folder(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return;
  for (const char* name : {"dataset_info.json", "dataset_dict.json", "state.json"})
    if (fs::exists(path / name, error))
      throw DataError(concat(path.string(),
                             ": a data set that the datasets library saved; write its rows as JSON "
                             "Lines first: python "
                             "scripts/parquet_to_jsonl.py FILE.arrow ROWS.jsonl"));
  throw DataError(concat(path.string(), ": a folder, expected a records file (JSON Lines)"));
}

}  // namespace

void for_each_record_line(const fs::path& path,
                          const std::function<void(const RecordLine& line)>& visit) {
  refuse_folder(path);
  const io::MappedFile file(path);
  const auto* const begin = reinterpret_cast<const char*>(file.data());
  auto rest = io::without_mark({begin, file.size()}, path.string());
  if (const auto what = foreign_layout(rest, path); !what.empty())
    throw DataError(concat(path.string(), ": ", what));
  for (int64_t number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      visit({.place = concat(path.string(), ":", number),
             .number = number,
             .offset = static_cast<uint64_t>(line.data() - begin),
             .text = line});
  }
}

void for_each_record(const fs::path& path,
                     const std::function<void(const std::string& place, io::Json record)>& visit) {
  for_each_record_line(path, [&](const RecordLine& line) {
    visit(line.place, io::parse_json(line.text, line.place));
  });
}

}  // namespace vrlt::data
