#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/io/json.h"

namespace vrlt::data {

/// Reads the fields of one JSON object; every failure is a DataError that names the place, the
/// field, what was expected and what was found. A field that is null counts as missing. The object
/// must outlive the reader.
class JsonFields {
 public:
  /// @param place  "path:line", or where in a file the object stands.
  /// @param known  all the names that the object may have; then a name that is missing is looked
  /// for among misspelt ones. May be empty.
  JsonFields(const io::Json& object, std::string place, std::span<const char* const> known = {});

  const std::string& place() const { return place_; }
  const io::Json& object() const { return object_; }
  const io::Json* find(const char* name) const;
  /// The field. @throws DataError if it is missing.
  const io::Json& require(const char* name, const char* expected) const;
  [[noreturn]] void fail(const char* name, const std::string& expected) const;
  /// "; did you mean it by "quesiton"?" where the object has an unknown key that is spelt nearly
  /// so; else "".
  std::string near(const char* name) const;

  /// Text that is not empty.
  std::string text(const char* name) const;
  /// Text, or empty if the field is missing.
  std::string optional_text(const char* name) const;
  /// Finite seconds of at least 0.
  double seconds(const char* name) const;
  std::optional<double> optional_seconds(const char* name) const;
  /// Texts, at least `min` and at most `max`.
  std::vector<std::string> texts(const char* name, size_t min, size_t max) const;
  /// [[start, end], ...], finite numbers as they stand.
  std::vector<Interval> spans(const char* name) const;

 private:
  const io::Json& object_;
  std::string place_;
  std::span<const char* const> known_;
};

/// The known name that is meant by a misspelt one, or "": spelt nearly so, or so but for the case
/// of its letters.
std::string meant_name(const std::string& name, const std::vector<std::string>& known);

/// "; did you mean "x"?", or "".
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known);

/// [start, end] of finite numbers, or nothing.
std::optional<Interval> read_span(const io::Json& value);

}  // namespace vrlt::data
