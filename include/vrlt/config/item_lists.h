#pragma once

#include <string>
#include <vector>

#include "vrlt/config/fields.h"

namespace vrlt::config {

/// Items of a list of names with weights that are written by fields of their own instead of by a
/// name, as in `rewards: [choice, {command: "python3 mine.py", weight: 1, timeout: 30}]`. Whoever
/// holds them gives each a name.
class OtherItems {
 public:
  virtual ~OtherItems() = default;
  /// What an item of this kind has and a named one has not.
  virtual const char* key() const = 0;
  /// A list is given anew.
  virtual void clear() = 0;
  /// Visits the fields of a new item but for its weight, and keeps it. @return its name.
  virtual std::string add(FieldVisitor& visitor) = 0;
  /// Visits the fields of the item of a name. @return false if there is none.
  virtual bool visit(FieldVisitor& visitor, const std::string& name) = 0;
};

/// What a visitor is besides, if it looks at the items of a list and not at its key alone.
class ItemListVisitor {
 public:
  virtual ~ItemListVisitor() = default;
  virtual void items(const Field& field, std::vector<WeightedName>& value, OtherItems& others) = 0;
};

/// As FieldVisitor::field of a list of names with weights.
void visit_items(FieldVisitor& visitor, const Field& field, std::vector<WeightedName>& value,
                 OtherItems& others);

}  // namespace vrlt::config
