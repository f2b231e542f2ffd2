#include "data/json_fields.h"

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::data {

JsonFields::JsonFields(const io::Json& object, std::string place) : object_(object), place_(std::move(place)) {
  if (!object.is_object()) throw DataError(concat(place_, ": expected a JSON object, found ", io::excerpt(object)));
}

const io::Json* JsonFields::find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const io::Json& JsonFields::require(const char* name, const char* expected) const {
  const auto* value = find(name);
  if (value == nullptr) fail(name, expected);
  return *value;
}

void JsonFields::fail(const char* name, const std::string& expected) const {
  const auto* value = find(name);
  throw DataError(concat(place_, ": \"", name, "\" is ", value == nullptr ? "missing" : io::excerpt(*value), ", expected ", expected));
}

std::string JsonFields::text(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty()) fail(name, "text");
  return value->get<std::string>();
}

std::string JsonFields::optional_text(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) fail(name, "text");
  return value->get<std::string>();
}

double JsonFields::seconds(const char* name) const {
  const auto value = optional_seconds(name);
  if (!value) fail(name, "seconds of at least 0");
  return *value;
}

std::optional<double> JsonFields::optional_seconds(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0) fail(name, "seconds of at least 0, or null");
  return value->get<double>();
}

std::vector<std::string> JsonFields::texts(const char* name, size_t min, size_t max) const {
  const auto expected = concat("a list of ", min, " to ", max, " texts");
  const auto& value = require(name, expected.c_str());
  if (!value.is_array() || value.size() < min || value.size() > max) fail(name, expected);
  std::vector<std::string> result;
  for (const auto& item : value) {
    if (!item.is_string()) fail(name, expected);
    result.push_back(item.get<std::string>());
  }
  return result;
}

std::vector<Interval> JsonFields::spans(const char* name) const {
  constexpr const char* kExpected = "a list of [start, end] in seconds";
  const auto& value = require(name, kExpected);
  if (!value.is_array()) fail(name, kExpected);
  std::vector<Interval> result;
  for (const auto& item : value) {
    const auto span = read_span(item);
    if (!span) fail(name, kExpected);
    result.push_back(*span);
  }
  return result;
}

std::optional<Interval> read_span(const io::Json& value) {
  if (!value.is_array() || value.size() != 2 || !value[0].is_number() || !value[1].is_number()) return {};
  const Interval span{value[0].get<double>(), value[1].get<double>()};
  if (!std::isfinite(span.start_seconds) || !std::isfinite(span.end_seconds)) return {};
  return span;
}

}  // namespace vrlt::data
