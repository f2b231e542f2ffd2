#include "data/converters/annotation_files.h"

#include <algorithm>

#include "data/layouts/record_layout.h"
#include "vrlt/core/error.h"
#include "vrlt/io/column_file.h"
#include "vrlt/io/files.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

/// The largest annotation file known has 490000 items of about ten values.
constexpr io::JsonLimits kLimits = {.max_bytes = 1ULL << 30, .max_values = 1 << 23};

io::Json parse_item(std::string_view line, const std::string& place) {
  try {
    return io::parse_json(line, place);
  } catch (const DataError& error) {
    throw OddItemError("a line that is no JSON", error.what());
  }
}

class ItemReader {
 public:
  ItemReader(const std::filesystem::path& path, Conversion& conversion,
             const std::function<void(const AnnotationFields& fields)>& visit)
      : path_(path.string()), conversion_(conversion), visit_(visit) {}

  void read_list(std::string_view text) {
    const auto items = io::parse_json(text, path_, kLimits);
    for (size_t i = 0; i < items.size(); ++i)
      conversion_.odd.item([&] { read_item(items[i], concat(path_, ": item ", i)); });
  }

  void read_columns(const std::filesystem::path& path) {
    io::for_each_column_row(path, [&](int64_t index, const io::Json& row) {
      conversion_.odd.item([&] { read_item(row, concat(path.string(), ": row ", index)); });
    });
  }

  void read_lines(std::string_view text) {
    for (int64_t number = 1; !text.empty(); ++number) {
      const auto end = text.find('\n');
      const auto line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      const auto place = concat(path_, ":", number);
      conversion_.odd.item([&] { read_item(parse_item(line, place), place); });
    }
  }

 private:
  void read_item(const io::Json& item, const std::string& place) {
    if (conversion_.first_item.is_null()) conversion_.first_item = item;
    visit_(AnnotationFields(item, place_of_item(place, item), conversion_.odd));
  }

  std::string path_;
  Conversion& conversion_;
  const std::function<void(const AnnotationFields& fields)>& visit_;
};

/// The tables of a folder and those below it, by the order of their names.
std::vector<std::filesystem::path> tables_in(const std::filesystem::path& folder,
                                             const char* what) {
  std::vector<std::filesystem::path> tables;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto ending = entry.path().extension();
    if (entry.is_regular_file() && (ending == ".parquet" || ending == ".arrow"))
      tables.push_back(entry.path());
  }
  if (tables.empty())
    throw DataError(
        concat(folder.string(), ": a folder without .parquet or .arrow files, expected ", what));
  std::sort(tables.begin(), tables.end());
  return tables;
}

}  // namespace

std::string place_of_item(const std::string& place, const io::Json& item) {
  if (!item.is_object()) return place;
  for (const char* name : {"id", "qid", "question_id", "problem_id", "video_id", "video"})
    if (const auto id = item.find(name);
        id != item.end() && (id->is_string() || id->is_number_integer())) {
      auto text = io::excerpt(*id);
      if (id->is_string() && text.size() >= 2)
        text = text.ends_with('"') ? text.substr(1, text.size() - 2) : text.substr(1);
      return concat(place, " (", text, ")");
    }
  return place;
}

const std::filesystem::path& require_source(const std::filesystem::path& path, const char* what,
                                            Conversion& conversion) {
  if (!std::filesystem::exists(path))
    throw MissingInputError(concat(path.string(), ": there is no such file; expected ", what));
  conversion.sources.push_back(path);
  return path;
}

io::Json read_annotation_json(const std::filesystem::path& path, const char* what,
                              Conversion& conversion) {
  return io::read_json(require_source(path, what, conversion), kLimits);
}

void for_each_item(const std::filesystem::path& path, const char* what, Conversion& conversion,
                   const std::function<void(const AnnotationFields& fields)>& visit) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& table : tables_in(path, what)) {
      conversion.sources.push_back(table);
      ItemReader(table, conversion, visit).read_columns(table);
    }
    return;
  }
  require_source(path, what, conversion);
  const io::MappedFile file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  ItemReader reader(path, conversion, visit);
  if (io::is_column_file(bytes) && io::reads_column_files()) return reader.read_columns(path);
  const auto text = io::without_mark(bytes, path.string());
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[') return reader.read_list(text);
  if (const auto other = broken_lines(text, path); !other.empty())
    throw DataError(concat(path.string(), ": ", other));
  reader.read_lines(text);
}

}  // namespace vrlt::data
