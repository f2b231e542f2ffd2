#include "data/converters/table.h"

#include <algorithm>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/answer_text.h"
#include "data/converters/column_map.h"
#include "data/converters/csv.h"
#include "data/converters/placeholders.h"
#include "data/converters/plain_question.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"
#include "vrlt/io/column_file.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

/// A row by the names of fields: what its columns hold.
class MappedRow {
 public:
  MappedRow(const ColumnMap& map, const AnnotationFields& fields) : map_(map), fields_(fields) {
    for (const auto& field : table_fields())
      for (const auto& column : map.columns_of(field))
        if (const auto* value = find_column(fields.object(), column);
            value != nullptr && !value->is_null() && *value != "")
          values_[field].push_back(value);
  }

  /// The value of the only column of a field; null if there is none.
  io::Json value(const std::string& field) const {
    const auto found = values_.find(field);
    return found == values_.end() ? io::Json() : *found->second.front();
  }
  std::string text(const std::string& field) const {
    const auto found = value(field);
    return found.is_null() || found.is_string() ? found.is_null() ? "" : found.get<std::string>()
                                                : found.dump();
  }
  /// Seconds; in a table of texts they are a text.
  std::optional<double> seconds(const std::string& field) const {
    auto written = value(field);
    if (written.is_string() && is_number(written.get_ref<const std::string&>()))
      written = std::stod(written.get_ref<const std::string&>());
    const io::Json object = {{field, written}};
    return AnnotationFields(object, fields_.place(), fields_.odd()).optional_seconds(field.c_str());
  }
  /// The texts of a list, or of all columns of a field.
  std::vector<std::string> texts(const std::string& field) const {
    const auto found = values_.find(field);
    if (found == values_.end()) return {};
    if (found->second.size() == 1) return listed_texts(*found->second.front());
    std::vector<std::string> texts;
    for (const auto* value : found->second) texts.push_back(text_of(*value));
    return texts;
  }
  std::map<std::string, std::string> groups() const {
    std::map<std::string, std::string> groups;
    for (const auto& column : map_.columns_of("groups"))
      if (const auto* value = find_column(fields_.object(), column);
          value != nullptr && value->is_object())
        for (const auto& [name, item] : value->items()) groups[name] = text_of(item);
      else if (value != nullptr && !value->is_null())
        groups[column] = text_of(*value);
    return groups;
  }

 private:
  static std::string text_of(const io::Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  const ColumnMap& map_;
  const AnnotationFields& fields_;
  std::map<std::string, std::vector<const io::Json*>> values_;
};

class TableConverter {
 public:
  TableConverter(const ConversionRequest& request, Conversion& conversion)
      : request_(request), conversion_(conversion), map_(request.columns) {}

  void add_row(const AnnotationFields& fields) {
    map_.look_at(fields.object());
    const auto index = index_++;
    const MappedRow row(map_, fields);
    PlainQuestion plain{.native_id = row.text("id"),
                        .question = take_placeholders(row.text("question")).text,
                        .options = row.texts("options"),
                        .answer = row.value("answer"),
                        .segments = segments_of(row, fields),
                        .thinking = row.text("thinking"),
                        .images = row.texts("images"),
                        .clip_start = row.seconds("clip_start"),
                        .clip_end = row.seconds("clip_end"),
                        .duration = row.seconds("duration"),
                        .problem_type = row.text("problem_type"),
                        .groups = row.groups()};
    if (plain.native_id.empty()) plain.native_id = std::to_string(index);
    if (plain.question.empty())
      throw OddItemError("no question", fields.place() + ": the column of the question is empty");
    if (const auto video = row.text("video"); !video.empty()) plain.videos.push_back(video);
    ids_.add(record_of(std::move(plain), request_, fields), fields.place(), conversion_);
  }

  void check_columns() const { map_.check(request_.annotations.string()); }

 private:
  static std::vector<Interval> segments_of(const MappedRow& row, const AnnotationFields& fields) {
    const auto start = row.seconds("start"), end = row.seconds("end");
    if (start && end) return {{*start, *end}};
    if (start || end)
      throw OddItemError("a span without its other end",
                         fields.place() + ": a span needs both a start and an end");
    const auto written = row.value("segments");
    auto spans = written.is_null() ? std::vector<Interval>() : spans_of_value(written);
    if (!written.is_null() && spans.empty())
      throw OddItemError("odd \"segments\"",
                         concat(fields.place(), ": \"segments\" is ", io::excerpt(written),
                                ", expected spans of time, such as [[3.0, 7.0]]"));
    return spans;
  }

  const ConversionRequest& request_;
  Conversion& conversion_;
  ColumnMap map_;
  NumberedIds ids_;
  int64_t index_ = 0;
};

/// Whether a file holds rows of JSON or columns; else it is a text of cells.
bool holds_objects(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) return true;
  const io::MappedFile file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  if (io::is_column_file(bytes)) return true;
  const auto first = bytes.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

}  // namespace

void convert_table(const ConversionRequest& request, Conversion& conversion) {
  constexpr const char* kInput = "a table: CSV, Parquet, or rows of JSON";
  TableConverter converter(request, conversion);
  const auto add = [&](const AnnotationFields& fields) { converter.add_row(fields); };
  if (std::filesystem::exists(request.annotations) && !holds_objects(request.annotations)) {
    for_each_csv_row(
        request.annotations, kInput, conversion,
        [&](const CsvRow& row) {
          const auto object = row.object();
          add(AnnotationFields(object, row.place(), conversion.odd));
        },
        /*any_separator=*/true);
  } else {
    for_each_item(request.annotations, kInput, conversion, add);
  }
  converter.check_columns();
}

}  // namespace vrlt::data
