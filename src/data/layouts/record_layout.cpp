#include "data/layouts/record_layout.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "data/converters/option_lines.h"
#include "vrlt/core/error.h"
#include "vrlt/data/record_file.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

constexpr const char* kBlanks = " \t\r\n";
constexpr size_t kLongestValue = 16 << 20;  ///< Of a first object that is looked at.

/// The end of the object or list that the text begins with, or npos: it never closes, closes
/// wrongly, or a text in it runs over a line's end (as where a line is torn).
size_t end_of_value(std::string_view text) {
  std::string open;
  bool in_text = false;
  for (size_t i = 0; i < std::min(text.size(), kLongestValue); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\n') return std::string_view::npos;
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back() != c) return std::string_view::npos;
      open.pop_back();
      if (open.empty()) return i + 1;
    }
  }
  return std::string_view::npos;
}

std::optional<io::Json> parsed(std::string_view text) {
  try {
    return io::parse_json(text, "", {.max_bytes = kLongestValue});
  } catch (const DataError&) {
    return {};
  }
}

std::string jq(const char* filter, const std::filesystem::path& file) {
  return concat("jq -c ", io::shell_word(filter), " ", io::shell_word(file.string()),
                " > RECORDS.jsonl");
}

std::string list_layout(std::string_view text, const std::filesystem::path& file) {
  const auto first = text.find_first_not_of(kBlanks, 1);
  if (first == std::string_view::npos) return {};
  const auto end = text[first] == '{' ? end_of_value(text.substr(first)) : std::string_view::npos;
  if (end != std::string_view::npos)
    if (const auto row = parsed(text.substr(first, end)))
      if (const auto what = foreign_row(*row, file); !what.empty())
        return concat("a JSON list; its first item is ", what);
  return concat("a JSON list; records are JSON objects, one a line: ", jq(".[]", file));
}

/// A document that holds its rows in one place, or by the names of videos.
std::string document_layout(const io::Json& document, const std::filesystem::path& file) {
  if (document.contains("schema")) return {};
  for (const auto& [key, value] : document.items())
    if (value.is_array() && !value.empty() && value.front().is_object() && document.size() <= 8)
      return concat("one JSON document with its rows in ", io::excerpt(key),
                    "; records are JSON objects, one a line: ",
                    jq(concat(".", io::Json(key).dump(), "[]").c_str(), file));
  if (document.empty() || !document.front().is_object()) return {};
  const auto& first = document.front();
  if (first.contains("timestamps") && first.contains("sentences"))
    return concat(
        "a dictionary of videos with timestamps and sentences, as of ActivityNet; convert it "
        "first: vrlt-data convert anet_tvg ",
        io::shell_word(file.string()),
        " --output RECORDS.jsonl (charades_sta_videos for Charades-STA)");
  if (first.contains("QA"))
    return concat(
        "a dictionary of videos with QA, as of ActivityNet-RTL; convert it first: vrlt-data "
        "convert anet_rtl ",
        io::shell_word(file.string()), " --output RECORDS.jsonl");
  return concat("one JSON document by names; records are JSON objects, one a line: ",
                jq(".[]", file));
}

constexpr const char* kPythonRows =
    "Python dictionaries, not JSON; write each with json.dumps, one a line";

/// What an object that does not end in its line, or is none of JSON, keeps from being read.
std::string broken_object(std::string_view text, const std::filesystem::path& file) {
  const auto inside = text.find_first_not_of(kBlanks, 1);
  if (inside != std::string_view::npos && text[inside] == '\'') return kPythonRows;
  const auto end = end_of_value(text);
  if (end == std::string_view::npos || text.substr(0, end).find('\n') == std::string_view::npos ||
      !parsed(text.substr(0, end)))
    return {};
  return concat("JSON objects over several lines, expected one a line: ", jq(".", file));
}

/// Whose rows the objects are, or what document holds them.
std::string rows_of_others(std::string_view text, const std::filesystem::path& file) {
  const auto end = end_of_value(text);
  if (end == std::string_view::npos) return {};
  const auto row = parsed(text.substr(0, end));
  if (!row) return {};
  if (const auto what = foreign_row(*row, file); !what.empty())
    return concat("its first object is ", what);
  const bool is_alone = text.find_first_not_of(kBlanks, end) == std::string_view::npos;
  return is_alone ? document_layout(*row, file) : "";
}

std::vector<std::string> cells_of(std::string_view line, char separator) {
  std::vector<std::string> cells;
  for (size_t begin = 0; begin <= line.size();) {
    const auto end = std::min(line.find(separator, begin), line.size());
    cells.emplace_back(without_blanks(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  return cells;
}

/// A name of a column: a word that may be in quotes.
bool is_name(std::string cell) {
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
    cell = cell.substr(1, cell.size() - 2);
  constexpr size_t kLongest = 40;
  return !cell.empty() && cell.size() <= kLongest &&
         std::all_of(cell.begin(), cell.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == ' ' || c == '.';
         });
}

bool is_yaml(std::string_view line) {
  if (line == "---" || line.starts_with("- ") || line.starts_with("%YAML")) return true;
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         (colon + 1 == line.size() || line[colon + 1] == ' ') &&
         is_name(std::string(line.substr(0, colon))) && line.find(' ') > colon;
}

std::string text_layout(std::string_view text, const std::filesystem::path& file) {
  const auto line = without_blanks(text.substr(0, text.find('\n')));
  const bool has_more =
      text.find_first_not_of(kBlanks, text.find('\n')) != std::string_view::npos &&
      text.find('\n') != std::string_view::npos;
  for (const char separator : {',', '\t', ';'}) {
    const auto cells = cells_of(line, separator);
    if (cells.size() >= 2 && has_more && std::all_of(cells.begin(), cells.end(), is_name))
      return concat("a table with the columns ", io::excerpt(io::Json(cells)),
                    "; convert it first: vrlt-data convert table ", io::shell_word(file.string()),
                    " --map question=COLUMN,answer=COLUMN,video=COLUMN --output RECORDS.jsonl");
  }
  if (line.find("##") != std::string_view::npos)
    return concat("lines of Charades-STA; convert them first: vrlt-data convert charades_sta ",
                  io::shell_word(file.string()), " --output RECORDS.jsonl");
  if (is_yaml(line))
    return "YAML (a config?), not JSON Lines; records are JSON objects, one a line";
  if (text.substr(0, 200).find(" --> ") != std::string_view::npos)
    return "subtitles; a record names them in \"subtitles\"";
  return {};
}

}  // namespace

std::string broken_lines(std::string_view text, const std::filesystem::path& file) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first);
  return text[0] == '{' ? broken_object(text, file) : text_layout(text, file);
}

std::string foreign_layout(std::string_view text, const std::filesystem::path& file) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  const auto begun = text.substr(first);
  if (begun[0] == '[') return list_layout(begun, file);
  if (begun[0] == '{')
    if (auto what = rows_of_others(begun, file); !what.empty()) return what;
  return broken_lines(begun, file);
}

}  // namespace vrlt::data
