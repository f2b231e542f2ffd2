#include "model/config_fields.h"

#include "vrlt/core/error.h"

namespace vrlt::model {

using io::Json;

const Json* ConfigFields::find(const std::string& name) const {
  for (const Json* place : places_) {
    if (place == nullptr || !place->is_object()) continue;
    const auto found = place->find(name);
    if (found != place->end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

int64_t ConfigFields::integer(const std::string& name, std::optional<int64_t> fallback,
                              int64_t largest) const {
  const Json* value = find(name);
  if (value == nullptr && fallback) return *fallback;
  if (value == nullptr) throw DataError(concat(origin_, ": \"", name, "\" is missing"));
  if (!value->is_number_integer() || value->get<int64_t>() < 1 || value->get<int64_t>() > largest)
    throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value),
                           ", expected an integer from 1 to ", largest));
  return value->get<int64_t>();
}

double ConfigFields::number(const std::string& name, std::optional<double> fallback) const {
  const Json* value = find(name);
  if (value == nullptr && fallback) return *fallback;
  if (value == nullptr) throw DataError(concat(origin_, ": \"", name, "\" is missing"));
  if (!value->is_number() || !(value->get<double>() > 0.0))
    throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value),
                           ", expected a positive number"));
  return value->get<double>();
}

std::vector<int64_t> ConfigFields::integers(const std::string& name) const {
  const Json* value = find(name);
  if (value == nullptr || !value->is_array())
    throw DataError(concat(origin_, ": \"", name, "\" is ",
                           value == nullptr ? "missing" : io::excerpt(*value),
                           ", expected a list"));
  constexpr int64_t kLargestItem = 1 << 20;
  std::vector<int64_t> result;
  for (const Json& item : *value) {
    if (!item.is_number_integer() || item.get<int64_t>() < 0 || item.get<int64_t>() > kLargestItem)
      throw DataError(concat(origin_, ": \"", name, "\" holds ", io::excerpt(item),
                             ", expected integers from 0 to ", kLargestItem));
    result.push_back(item.get<int64_t>());
  }
  return result;
}

void ConfigFields::require(const std::string& name, const Json& supported) const {
  const Json* value = find(name);
  if (value != nullptr && *value != supported)
    throw DataError(concat(origin_, ": \"", name, "\" is ", io::excerpt(*value), "; only ",
                           supported.dump(), " is supported"));
}

const Json* find_object(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

}  // namespace vrlt::model
