#include "vrlt/io/own_fields.h"

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

constexpr int64_t kLargestInteger = int64_t{1} << 53;  // beyond it a JSON number skips integers

bool is_integer(const Json& value, int64_t min) {
  if (value.is_number_unsigned())
    return value.get<uint64_t>() <= static_cast<uint64_t>(kLargestInteger) &&
           value.get<int64_t>() >= min;
  return value.is_number_integer() && value.get<int64_t>() >= min;
}

}  // namespace

OwnFields::OwnFields(const Json& object, std::string place)
    : object_(object), place_(std::move(place)) {
  if (!object.is_object())
    throw DataError(concat(place_, ": is ", excerpt(object), ", expected an object"));
}

void OwnFields::fail(const char* name, const std::string& expected) const {
  const auto found = object_.find(name);
  throw DataError(concat(place_, ": \"", name, "\" is ",
                         found == object_.end() ? "missing" : excerpt(*found), ", expected ",
                         expected));
}

const Json& OwnFields::field(const char* name, const char* expected) const {
  const auto found = object_.find(name);
  if (found == object_.end()) fail(name, expected);
  return *found;
}

int64_t OwnFields::integer(const char* name, int64_t min) const {
  const auto expected = concat("a whole number of at least ", min);
  const auto& value = field(name, expected.c_str());
  if (!is_integer(value, min)) fail(name, expected);
  return value.get<int64_t>();
}

double OwnFields::number(const char* name) const {
  const auto& value = field(name, "a number");
  if (!value.is_number() || !std::isfinite(value.get<double>())) fail(name, "a number");
  return value.get<double>();
}

std::string OwnFields::text(const char* name) const {
  const auto& value = field(name, "text");
  if (!value.is_string()) fail(name, "text");
  return value.get<std::string>();
}

std::vector<std::string> OwnFields::texts(const char* name) const {
  std::vector<std::string> texts;
  for (const auto& item : list(name)) {
    if (!item.is_string()) fail(name, "a list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::vector<int64_t> OwnFields::integers(const char* name, int64_t min) const {
  std::vector<int64_t> integers;
  for (const auto& item : list(name)) {
    if (!is_integer(item, min)) fail(name, concat("a list of whole numbers of at least ", min));
    integers.push_back(item.get<int64_t>());
  }
  return integers;
}

const Json& OwnFields::object(const char* name) const {
  const auto& value = field(name, "an object");
  if (!value.is_object()) fail(name, "an object");
  return value;
}

const Json& OwnFields::list(const char* name) const {
  const auto& value = field(name, "a list");
  if (!value.is_array()) fail(name, "a list");
  return value;
}

}  // namespace vrlt::io
