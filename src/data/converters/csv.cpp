#include "data/converters/csv.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "vrlt/core/error.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

constexpr uint64_t kMaxCsvBytes = 1ULL << 30;

/// Takes rows off the front of a text.
class CsvScanner {
 public:
  CsvScanner(std::string_view text, char separator) : rest_(text), separator_(separator) {}
  bool at_end() const { return rest_.empty(); }
  int64_t line() const { return line_; }

  /// The cells of the next row, or nothing if a quote stays open.
  std::optional<std::vector<std::string>> next_row() {
    row_ = rest_;
    row_line_ = line_;
    std::vector<std::string> cells;
    for (bool more = true; more;) {
      auto cell = next_cell();
      if (!cell) return {};
      cells.push_back(std::move(*cell));
      more = rest_.starts_with(separator_);
      if (more) rest_.remove_prefix(1);
    }
    ended_with_line_ = rest_.empty() || rest_.starts_with('\n');
    if (rest_.starts_with('\n')) rest_.remove_prefix(1);
    ++line_;
    return cells;
  }

  /// Whether nothing stood behind the last cell of the last row: where a quote was closed inside a
  /// cell, something does.
  bool ended_with_line() const { return ended_with_line_; }

  /// Goes on behind the first line of the last row: a stray quote must not swallow the rows after
  /// it.
  void skip_one_line() {
    const auto end = row_.find('\n');
    rest_ = row_.substr(end == std::string_view::npos ? row_.size() : end + 1);
    line_ = row_line_ + 1;
  }

 private:
  std::optional<std::string> next_cell() {
    if (rest_.starts_with('"')) return quoted_cell();
    const auto end = std::min(std::min(rest_.find(separator_), rest_.find('\n')), rest_.size());
    const std::string cell(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return cell;
  }
  std::optional<std::string> quoted_cell() {
    std::string cell;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) return {};
      cell += rest_.substr(0, quote);
      line_ += std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n');
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) return cell;
      cell += '"';
    }
  }

  std::string_view rest_, row_;  ///< `row_`: from the last row on.
  char separator_;
  int64_t line_ = 1, row_line_ = 1;
  bool ended_with_line_ = true;
};

/// What stands most often in the first line.
char separator_of(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  const auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
  char best = ',';
  for (const char other : {'\t', ';'})
    if (count(other) > count(best)) best = other;
  return best;
}

}  // namespace

CsvRow::CsvRow(const std::vector<std::string>& header, std::vector<std::string> cells,
               std::string place)
    : header_(header), cells_(std::move(cells)), place_(std::move(place)) {
  if (cells_.size() != header.size())
    throw OddItemError("a row with another number of cells",
                       concat(place_, ": ", cells_.size(), " cells, expected ", header.size(),
                              " as in the first line"));
}

const std::string& CsvRow::at(const char* column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end())
    throw DataError(concat(place_, ": no column \"", column, "\" in the first line of the file"));
  return cells_[static_cast<size_t>(found - header_.begin())];
}

io::Json CsvRow::object() const {
  io::Json object = io::Json::object();
  for (size_t i = 0; i < cells_.size(); ++i) object[header_[i]] = cells_[i];
  return object;
}

void for_each_csv_row(const std::filesystem::path& path, const char* what, Conversion& conversion,
                      const std::function<void(const CsvRow& row)>& visit, bool any_separator) {
  const auto text = io::read_text(require_source(path, what, conversion), kMaxCsvBytes);
  CsvScanner scanner(text, any_separator ? separator_of(text) : ',');
  std::vector<std::string> header;
  while (!scanner.at_end()) {
    const auto place = concat(path.string(), ":", scanner.line());
    auto cells = scanner.next_row();
    if (cells && cells->size() == 1 && cells->front().empty()) continue;  // a blank line
    if (header.empty()) {
      if (!cells) throw DataError(place + ": a quote is opened and not closed");
      header = std::move(*cells);
      continue;
    }
    const bool has_cells = conversion.odd.item([&] {
      if (!cells)
        throw OddItemError("a quote that is not closed",
                           place + ": a quote is opened and not closed");
      CsvRow(header, *cells, place);
      if (!scanner.ended_with_line())
        throw OddItemError("a quote inside a cell", place + ": text stands behind a closing quote");
    });
    if (has_cells)
      conversion.odd.item([&] { visit(CsvRow(header, std::move(*cells), place)); });
    else
      scanner.skip_one_line();
  }
}

}  // namespace vrlt::data
