#include "data/json_fields.h"

#include <algorithm>
#include <cmath>

#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/data/odd_items.h"

namespace vrlt::data {
namespace {

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

std::string meant_name(const std::string& name, const std::vector<std::string>& known) {
  for (const auto& candidate : known)
    if (lower(candidate) == lower(name)) return candidate;
  return config::nearest_name(name, known);
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  const auto meant = meant_name(name, known);
  return meant.empty() ? "" : concat("; did you mean \"", meant, "\"?");
}

JsonFields::JsonFields(const io::Json& object, std::string place,
                       std::span<const char* const> known)
    : object_(object), place_(std::move(place)), known_(known) {
  if (!object.is_object())
    throw DataError(concat(place_, ": expected a JSON object, found ", io::excerpt(object)));
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
  const auto kind = concat(value == nullptr ? "no" : "odd", " \"", name, "\"");
  throw OddItemError(kind, concat(place_, ": \"", name, "\" is ",
                                  value == nullptr ? "missing" : io::excerpt(*value), ", expected ",
                                  expected, value == nullptr ? near(name) : ""));
}

std::string JsonFields::near(const char* name) const {
  if (known_.empty()) return {};
  for (const auto& [key, value] : object_.items()) {
    const bool is_known =
        std::find(known_.begin(), known_.end(), std::string_view(key)) != known_.end();
    if (!is_known && !meant_name(key, {name}).empty())
      return concat("; did you mean it by ", io::excerpt(key), "?");
  }
  return {};
}

std::string JsonFields::text(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty())
    fail(name, "text");
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
  if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0)
    fail(name, "seconds of at least 0, or null");
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
  if (!value.is_array() || value.size() != 2 || !value[0].is_number() || !value[1].is_number())
    return {};
  const Interval span{value[0].get<double>(), value[1].get<double>()};
  if (!std::isfinite(span.start_seconds) || !std::isfinite(span.end_seconds)) return {};
  return span;
}

}  // namespace vrlt::data
