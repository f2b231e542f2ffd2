#include "vrlt/config/item_lists.h"

namespace vrlt::config {

void visit_items(FieldVisitor& visitor, const Field& field, std::vector<WeightedName>& value,
                 OtherItems& others) {
  if (auto* lists = dynamic_cast<ItemListVisitor*>(&visitor))
    lists->items(field, value, others);
  else
    visitor.field(field, value);
}

}  // namespace vrlt::config
