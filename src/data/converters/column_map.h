#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// The fields of a question that columns of a table may hold.
const std::vector<std::string>& table_fields();

/// Which columns of a table hold which field of a question.
class ColumnMap {
 public:
  /// @param text  "FIELD=COLUMN,FIELD=COLUMN:COLUMN,...", may be empty. @throws ConfigError for a
  /// field that there is not, one that is named twice, or one without a column.
  explicit ColumnMap(const std::string& text);

  /// Of a field: those that the text names, else the one of the field's name.
  std::vector<std::string> columns_of(const std::string& field) const;

  /// Notes which columns a row has.
  void look_at(const io::Json& row);

  /// @param table  its path. @throws ConfigError for a column that no row had, listing those of the
  /// first, and where nothing holds the question.
  void check(const std::string& table) const;

 private:
  std::map<std::string, std::vector<std::string>> columns_;
  std::set<std::string> seen_;
  std::string first_names_;  ///< Of the columns of the first row.
};

/// The value of a column, also of one inside another ("videos.0.video"); null if there is none.
const io::Json* find_column(const io::Json& row, const std::string& column);

/// The texts that one value lists: a list, a list as JSON or Python writes it, lines, or parts
/// between "|"; else the text alone.
std::vector<std::string> listed_texts(const io::Json& value);

}  // namespace vrlt::data
