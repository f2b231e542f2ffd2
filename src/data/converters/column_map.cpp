#include "data/converters/column_map.h"

#include <algorithm>
#include <optional>

#include "data/converters/option_lines.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

const std::vector<std::string> kFields = {
    "id",     "question", "options",    "answer",   "segments", "start",        "end",   "video",
    "images", "duration", "clip_start", "clip_end", "thinking", "problem_type", "groups"};

/// Those that may be of several columns.
constexpr const char* kLists[] = {"options", "images", "groups"};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(without_blanks(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

std::string names_of(const io::Json& row) {
  std::string names;
  for (const auto& [name, value] : row.items()) names += concat(names.empty() ? "" : ", ", name);
  return names;
}

/// ['a', "b\'c"], as Python prints a list of texts.
std::optional<std::vector<std::string>> python_texts(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return {};
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> texts;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c == ' ' || c == ',' || c == '\n') continue;
    if (c != '\'' && c != '"') return {};
    std::string word;
    for (; at < text.size() && text[at] != c; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      word += text[at];
    }
    if (at++ >= text.size()) return {};
    texts.push_back(std::move(word));
  }
  return texts;
}

}  // namespace

const std::vector<std::string>& table_fields() { return kFields; }

ColumnMap::ColumnMap(const std::string& text) {
  if (text.empty()) return;
  for (const auto& entry : split(text, ',')) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size())
      throw ConfigError(concat("--map: ", io::excerpt(entry), ", expected FIELD=COLUMN"));
    const auto field = entry.substr(0, equals);
    if (std::find(kFields.begin(), kFields.end(), field) == kFields.end()) {
      std::string known;
      for (const auto& name : kFields) known += concat(known.empty() ? "" : ", ", name);
      throw ConfigError(concat("--map: there is no field ", io::excerpt(field),
                               did_you_mean(field, kFields), "; the fields are ", known));
    }
    const auto columns = split(entry.substr(equals + 1), ':');
    const bool may_be_several =
        std::find(std::begin(kLists), std::end(kLists), field) != std::end(kLists);
    if (columns.size() > 1 && !may_be_several)
      throw ConfigError(concat("--map: ", field, " is of one column, found ", columns.size()));
    if (!columns_.emplace(field, columns).second)
      throw ConfigError(concat("--map: ", field, " is named twice"));
  }
}

std::vector<std::string> ColumnMap::columns_of(const std::string& field) const {
  const auto found = columns_.find(field);
  return found == columns_.end() ? std::vector<std::string>{field} : found->second;
}

void ColumnMap::look_at(const io::Json& row) {
  if (first_names_.empty()) first_names_ = names_of(row);
  for (const auto& field : kFields)
    for (const auto& column : columns_of(field))
      if (find_column(row, column) != nullptr) seen_.insert(column);
}

void ColumnMap::check(const std::string& table) const {
  if (first_names_.empty()) return;  // a table without rows
  for (const auto& [field, columns] : columns_)
    for (const auto& column : columns)
      if (!seen_.contains(column))
        throw ConfigError(concat(table, ": --map ", field, "=", column, ": there is no column ",
                                 io::excerpt(column), "; the columns are ", first_names_));
  if (!columns_.contains("question") && !seen_.contains("question"))
    throw ConfigError(concat(
        table,
        ": nothing says which column holds the question: give --map question=COLUMN,answer=COLUMN,"
        "video=COLUMN; the columns are ",
        first_names_));
}

const io::Json* find_column(const io::Json& row, const std::string& column) {
  if (const auto found = row.find(column); found != row.end()) return &*found;
  const io::Json* value = &row;
  for (const auto& part : split(column, '.')) {
    if (value->is_object() && value->contains(part)) {
      value = &(*value)[part];
    } else if (value->is_array() && part.size() <= 4 && !part.empty() &&
               part.find_first_not_of("0123456789") == std::string::npos &&
               static_cast<size_t>(std::stoi(part)) < value->size()) {
      value = &(*value)[static_cast<size_t>(std::stoi(part))];
    } else {
      return nullptr;
    }
  }
  return value;
}

std::vector<std::string> listed_texts(const io::Json& value) {
  const auto texts_of = [](const io::Json& list) {
    std::vector<std::string> texts;
    for (const auto& item : list)
      texts.push_back(item.is_string() ? item.get<std::string>() : item.dump());
    return texts;
  };
  if (value.is_array()) return texts_of(value);
  if (!value.is_string()) return {value.dump()};
  const auto text = std::string(without_blanks(value.get_ref<const std::string&>()));
  if (text.starts_with('[')) {
    try {
      if (const auto list = io::parse_json(text, ""); list.is_array()) return texts_of(list);
    } catch (const DataError&) {  // as Python writes it, perhaps
    }
    if (auto texts = python_texts(text)) return *texts;
  }
  for (const char separator : {'\n', '|'})
    if (text.find(separator) != std::string::npos) return split(text, separator);
  return {text};
}

}  // namespace vrlt::data
