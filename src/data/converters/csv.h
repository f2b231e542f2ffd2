#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// A row of a CSV file, by the names in its first line.
class CsvRow {
 public:
  CsvRow(const std::vector<std::string>& header, std::vector<std::string> cells, std::string place);
  const std::string& place() const { return place_; }
  /// @throws DataError if the file has no such column.
  const std::string& at(const char* column) const;
  /// All cells by the names of their columns, as texts.
  io::Json object() const;

 private:
  const std::vector<std::string>& header_;
  std::vector<std::string> cells_;
  std::string place_;  ///< "path:line" of its first line.
};

/// Rows of a CSV file with a header, comma separated, quoted as in RFC 4180 (line feeds inside
/// quotes allowed). Each row is an item (OddItems::item): one with another number of cells or an
/// open quote is odd, and reading goes on behind its first line.
/// @param any_separator  cells may be separated by tabs or semicolons too: what the first line has
/// most of. @throws MissingInputError naming `what` was expected.
void for_each_csv_row(const std::filesystem::path& path, const char* what, Conversion& conversion,
                      const std::function<void(const CsvRow& row)>& visit,
                      bool any_separator = false);

}  // namespace vrlt::data
