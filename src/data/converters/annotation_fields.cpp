#include "data/converters/annotation_fields.h"

#include <charconv>
#include <cmath>

#include "data/converters/option_lines.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr size_t kMaxOptions = 26;
constexpr const char* kSpan = "[start, end] in seconds";

}  // namespace

/// A text; a number as it is written.
std::string AnnotationFields::as_text(const io::Json& value, const char* name) const {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number()) fail(name, "text");
  odd_.repaired("a number for a text", concat(place(), ": \"", name, "\" holds the number ",
                                              value.dump(), ", read as text"));
  return value.dump();
}

/// A finite number, also in quotes.
std::optional<double> AnnotationFields::as_number(const io::Json& value, const char* name) const {
  if (value.is_number())
    return std::isfinite(value.get<double>()) ? std::optional(value.get<double>()) : std::nullopt;
  if (!value.is_string()) return {};
  auto text = without_blanks(value.get_ref<const std::string&>());
  if (text.ends_with('s')) text = without_blanks(text.substr(0, text.size() - 1));
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() ||
      !std::isfinite(number))
    return {};
  odd_.repaired("a number in quotes", concat(place(), ": \"", name, "\" holds ", io::excerpt(value),
                                             ", read as a number"));
  return number;
}

std::optional<Interval> AnnotationFields::as_span(const io::Json& value, const char* name) const {
  if (!value.is_array() || value.size() != 2) return {};
  const auto start = as_number(value[0], name), end = as_number(value[1], name);
  if (!start || !end) return {};
  return Interval{*start, *end};
}

std::string AnnotationFields::text(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr) fail(name, "text");
  auto result = as_text(*value, name);
  if (result.empty()) fail(name, "text");
  return result;
}

std::string AnnotationFields::optional_text(const char* name) const {
  const auto* value = find(name);
  return value == nullptr ? "" : as_text(*value, name);
}

double AnnotationFields::seconds(const char* name) const {
  const auto value = optional_seconds(name);
  if (!value) fail(name, "seconds of at least 0");
  return *value;
}

std::optional<double> AnnotationFields::optional_seconds(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr) return {};
  const auto number = as_number(*value, name);
  if (!number || *number < 0) fail(name, "seconds of at least 0, or null");
  return number;
}

std::optional<double> AnnotationFields::duration(const char* name) const {
  const auto* value = find(name);
  if (value == nullptr) return {};
  const auto number = as_number(*value, name);
  if (number && *number > 0) return number;
  odd_.repaired("a duration left out", concat(place(), ": \"", name, "\" is ", io::excerpt(*value),
                                              ", expected seconds above 0; left out"));
  return {};
}

std::vector<std::string> AnnotationFields::texts(const char* name, size_t min, size_t max) const {
  const auto expected = concat("a list of ", min, " to ", max, " texts");
  const auto& value = require(name, expected.c_str());
  if (!value.is_array() || value.size() < min || value.size() > max) fail(name, expected);
  std::vector<std::string> result;
  for (const auto& item : value) {
    if (!item.is_string() && !item.is_number()) fail(name, expected);
    result.push_back(as_text(item, name));
  }
  return result;
}

std::vector<Interval> AnnotationFields::spans(const char* name) const {
  constexpr const char* kExpected = "a list of at least one [start, end] in seconds";
  const auto& value = require(name, kExpected);
  if (!value.is_array() || value.empty()) fail(name, kExpected);
  if (const auto only = as_span(value, name)) {
    odd_.repaired("one span for a list of spans",
                  concat(place(), ": \"", name, "\" is ", io::excerpt(value),
                         ", read as a list of this one"));
    return {*only};
  }
  std::vector<Interval> result;
  for (const auto& item : value) {
    const auto span = as_span(item, name);
    if (!span) fail(name, kExpected);
    result.push_back(*span);
  }
  return result;
}

Interval AnnotationFields::span(const char* name) const {
  const auto span = as_span(require(name, kSpan), name);
  if (!span) fail(name, kSpan);
  return *span;
}

int64_t AnnotationFields::option(const char* name, const std::vector<std::string>& options) const {
  const auto answer = text(name);
  const auto index = option_index(answer, options);
  if (!index)
    fail(name, concat("a letter from A to ", static_cast<char>('A' + options.size() - 1),
                      ", or one of the options"));
  const std::string letter(1, static_cast<char>('A' + *index));
  if (answer != letter && answer != options[static_cast<size_t>(*index)])
    odd_.repaired("another spelling of an answer",
                  concat(place(), ": the answer ", io::excerpt(answer), " was read as ", letter));
  return *index;
}

std::vector<std::string> AnnotationFields::options(const char* name) const {
  const auto written = texts(name, 2, kMaxOptions);
  auto [read, kept] = without_letters(written);
  for (const size_t i : kept)
    odd_.repaired("an option with another letter",
                  concat(place(), ": option ", io::excerpt(written[i]), " does not begin with \"",
                         static_cast<char>('A' + i), ".\"; kept as it stands"));
  return read;
}

}  // namespace vrlt::data
