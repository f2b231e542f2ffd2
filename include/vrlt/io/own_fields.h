#pragma once

#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::io {

/// Reads the fields of a JSON object that one of our programs wrote and somebody may have edited
/// since. Every failure is a DataError that names the place, the field, what was expected and what
/// was found. The object must outlive the reader.
class OwnFields {
 public:
  /// @param place  the file, or where in it the object stands.
  OwnFields(const Json& object, std::string place);

  bool has(const char* name) const { return object_.contains(name); }
  const Json& field(const char* name, const char* expected) const;
  /// A whole number of at least `min`, as our counts are, and below 2^53.
  int64_t integer(const char* name, int64_t min = 0) const;
  int64_t integer_or(const char* name, int64_t otherwise) const {
    return has(name) ? integer(name) : otherwise;
  }
  double number(const char* name) const;  ///< Finite.
  double number_or(const char* name, double otherwise) const {
    return has(name) ? number(name) : otherwise;
  }
  std::string text(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  std::vector<int64_t> integers(const char* name, int64_t min = 0) const;
  const Json& object(const char* name) const;
  const Json& list(const char* name) const;
  std::string place_of(const char* name) const { return place_ + ": " + name; }
  [[noreturn]] void fail(const char* name, const std::string& expected) const;

 private:
  const Json& object_;
  std::string place_;
};

}  // namespace vrlt::io
