#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace vrlt::config {

/// What a field's table row says: its key, its help, and what values are allowed.
struct Field {
  const char* name;
  const char* help;
  double min = -std::numeric_limits<double>::infinity();  ///< Inclusive, for numbers.
  double max = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices = {};  ///< For strings; empty: any.
  bool required = false;                  ///< A string or list that must not stay empty.
};

/// A name with a weight: an item of a list such as `rewards: [{name: format, weight: 0.5}]`.
struct WeightedName {
  std::string name;
  double weight = 1.0;
};

/// Something that walks the fields of a config struct: a loader, a checker, a printer.
/// Every struct has one `void visit_fields(FieldVisitor&, Struct&)`, which is its only list of
/// fields.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(const Field& field, bool& value) = 0;
  virtual void field(const Field& field, int64_t& value) = 0;
  virtual void field(const Field& field, uint64_t& value) = 0;
  virtual void field(const Field& field, double& value) = 0;
  virtual void field(const Field& field, std::string& value) = 0;
  virtual void field(const Field& field, std::optional<int64_t>& value) = 0;
  virtual void field(const Field& field, std::optional<double>& value) = 0;
  virtual void field(const Field& field, std::vector<std::string>& value) = 0;
  virtual void field(const Field& field, std::vector<WeightedName>& value) = 0;
  virtual void begin_section(const char* name, const char* help) = 0;
  virtual void end_section() = 0;
  /// Whether to visit fields that do nothing with the values visited before them, such as those of
  /// another trainer: a loader knows them, to say so; a printer leaves them out.
  virtual bool wants_fields_without_effect() const { return true; }

  /// A nested struct under its own key.
  template <typename Struct>
  void section(const char* name, const char* help, Struct& value) {
    begin_section(name, help);
    visit_fields(*this, value);
    end_section();
  }
};

}  // namespace vrlt::config
