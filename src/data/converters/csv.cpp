#include "data/converters/csv.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

constexpr uint64_t kMaxCsvBytes = 1ULL << 30;

/// Takes rows off the front of a text.
class CsvScanner {
 public:
  explicit CsvScanner(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }
  bool at_end() const { return rest_.empty(); }
  int64_t line() const { return line_; }

  /// The cells of the next row, or nothing if a quote stays open.
  std::optional<std::vector<std::string>> next_row() {
    std::vector<std::string> cells;
    for (bool more = true; more;) {
      auto cell = next_cell();
      if (!cell) return {};
      cells.push_back(std::move(*cell));
      more = rest_.starts_with(',');
      if (more) rest_.remove_prefix(1);
    }
    if (rest_.starts_with('\r')) rest_.remove_prefix(1);
    if (rest_.starts_with('\n')) rest_.remove_prefix(1);
    ++line_;
    return cells;
  }

 private:
  std::optional<std::string> next_cell() {
    if (rest_.starts_with('"')) return quoted_cell();
    const auto end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
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

  std::string_view rest_;
  int64_t line_ = 1;
};

}  // namespace

CsvRow::CsvRow(const std::vector<std::string>& header, std::vector<std::string> cells, std::string place)
    : header_(header), cells_(std::move(cells)), place_(std::move(place)) {
  if (cells_.size() != header.size())
    throw DataError(concat(place_, ": ", cells_.size(), " cells, expected ", header.size(), " as in the first line"));
}

const std::string& CsvRow::at(const char* column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) throw DataError(concat(place_, ": no column \"", column, "\" in the first line of the file"));
  return cells_[static_cast<size_t>(found - header_.begin())];
}

void for_each_csv_row(const std::filesystem::path& path, const char* what, Conversion& conversion,
                      const std::function<void(const CsvRow& row)>& visit) {
  const auto text = io::read_file(require_source(path, what, conversion), kMaxCsvBytes);
  CsvScanner scanner(text);
  std::vector<std::string> header;
  while (!scanner.at_end()) {
    const auto place = concat(path.string(), ":", scanner.line());
    auto cells = scanner.next_row();
    if (!cells) throw DataError(place + ": a quote is opened and not closed");
    if (cells->size() == 1 && cells->front().empty()) continue;  // a blank line
    if (header.empty()) {
      header = std::move(*cells);
    } else {
      visit(CsvRow(header, std::move(*cells), place));
    }
  }
}

}  // namespace vrlt::data
