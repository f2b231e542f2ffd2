#pragma once

#include "data/json_fields.h"
#include "vrlt/data/odd_items.h"

namespace vrlt::data {

/// The fields of an item of annotations: as JsonFields, and what others write in another way is
/// read and reported as repaired: numbers in quotes, texts without quotes.
class AnnotationFields : public JsonFields {
 public:
  /// The object, the place and the collector must outlive it.
  AnnotationFields(const io::Json& object, std::string place, OddItems& odd)
      : JsonFields(object, std::move(place)), odd_(odd) {}

  OddItems& odd() const { return odd_; }

  std::string text(const char* name) const;
  std::string optional_text(const char* name) const;
  double seconds(const char* name) const;
  std::optional<double> optional_seconds(const char* name) const;
  /// The length of a video: one that makes no sense is left out, and said so.
  std::optional<double> duration(const char* name) const;
  std::vector<std::string> texts(const char* name, size_t min, size_t max) const;
  /// At least one.
  std::vector<Interval> spans(const char* name) const;
  Interval span(const char* name) const;

  /// The 0-based index of the option that the text of a field means, in any known spelling.
  int64_t option(const char* name, const std::vector<std::string>& options) const;
  /// Options without their letters.
  std::vector<std::string> options(const char* name) const;

 private:
  std::string as_text(const io::Json& value, const char* name) const;
  std::optional<double> as_number(const io::Json& value, const char* name) const;
  std::optional<Interval> as_span(const io::Json& value, const char* name) const;

  OddItems& odd_;
};

}  // namespace vrlt::data
