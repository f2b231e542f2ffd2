#include "config/yaml_loader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string range_text(const Field& field) {
  if (std::isinf(field.min) && std::isinf(field.max)) return {};
  if (std::isinf(field.max)) return concat(" of at least ", field.min);
  return concat(" from ", field.min, " to ", field.max);
}

constexpr size_t kShownDigits = 100;

std::string shown(const YAML::Node& node) { return node.IsScalar() ? io::excerpt(node.Scalar()) : "not a single value"; }

/// The whole text as a decimal number; no octal, no inf, no nan.
bool parse_number(const std::string& text, double* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(*value);
}

}  // namespace

YamlLoader::YamlLoader(const YAML::Node& root, std::string origin, bool with_marks, std::vector<std::string>& problems, KeyLocations& locations)
    : origin_(std::move(origin)), with_marks_(with_marks), problems_(problems), locations_(locations) {
  sections_.push_back({root, "", {}});
}

std::string YamlLoader::place(const YAML::Node& node) const {
  if (!with_marks_ || !node.IsDefined()) return origin_;
  const auto mark = node.Mark();  // 0-based
  return concat(origin_, ":", mark.line + 1, ":", mark.column + 1);
}

void YamlLoader::problem(const YAML::Node& node, const std::string& message) {
  const auto mark = node.IsDefined() ? node.Mark() : YAML::Mark::null_mark();
  found_.push_back({mark.line, mark.column, place(node) + ": " + message});
}

YAML::Node YamlLoader::find(const Field& field) {
  auto& section = sections_.back();
  section.known.emplace_back(field.name);
  if (!section.node.IsDefined() || !section.node.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  for (const auto& entry : section.node) {
    if (!entry.first.IsScalar() || entry.first.Scalar() != field.name) continue;
    locations_[section.path + field.name] = place(entry.first);
    return entry.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool YamlLoader::read_number(const Field& field, const YAML::Node& node, double* value) {
  double parsed = 0;
  if (!node.IsScalar() || !parse_number(node.Scalar(), &parsed)) {
    problem(node, concat(field.name, " is ", shown(node), ", expected a number", range_text(field)));
    return false;
  }
  if (parsed < field.min || parsed > field.max) {
    problem(node, concat(field.name, " is ", node.Scalar().substr(0, kShownDigits), ", expected a number", range_text(field)));
    return false;
  }
  *value = parsed;
  return true;
}

bool YamlLoader::read_integer(const Field& field, const YAML::Node& node, int64_t* value) {
  double parsed = 0;
  constexpr double kLargest = 9007199254740992.0;  // 2^53: beyond it a double skips integers
  if (!node.IsScalar() || !parse_number(node.Scalar(), &parsed) || parsed != std::floor(parsed) || std::abs(parsed) > kLargest) {
    problem(node, concat(field.name, " is ", shown(node), ", expected an integer", range_text(field)));
    return false;
  }
  if (parsed < field.min || parsed > field.max) {
    problem(node, concat(field.name, " is ", node.Scalar().substr(0, kShownDigits), ", expected an integer", range_text(field)));
    return false;
  }
  *value = static_cast<int64_t>(parsed);
  return true;
}

bool YamlLoader::read_text(const Field& field, const YAML::Node& node, std::string* value) {
  if (!node.IsScalar()) {
    problem(node, concat(field.name, " is not a single value, expected text"));
    return false;
  }
  const auto& text = node.Scalar();
  if (!field.choices.empty() && std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
    const auto nearest = nearest_name(text, field.choices);
    problem(node, concat(field.name, " is ", io::excerpt(text), ", expected one of ", joined(field.choices),
                         nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    return false;
  }
  *value = text;
  return true;
}

void YamlLoader::field(const Field& field, bool& value) {
  const auto node = find(field);
  if (!node.IsDefined()) return;
  if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false")) {
    value = node.Scalar() == "true";
  } else {
    problem(node, concat(field.name, " is ", shown(node), ", expected true or false"));
  }
}

void YamlLoader::field(const Field& field, int64_t& value) {
  const auto node = find(field);
  if (node.IsDefined()) read_integer(field, node, &value);
}

void YamlLoader::field(const Field& field, uint64_t& value) {
  const auto node = find(field);
  int64_t parsed = 0;
  Field nonnegative = field;
  nonnegative.min = std::max(0.0, field.min);
  if (node.IsDefined() && read_integer(nonnegative, node, &parsed)) value = static_cast<uint64_t>(parsed);
}

void YamlLoader::field(const Field& field, double& value) {
  const auto node = find(field);
  if (node.IsDefined()) read_number(field, node, &value);
}

void YamlLoader::field(const Field& field, std::string& value) {
  const auto node = find(field);
  if (node.IsDefined()) read_text(field, node, &value);
}

void YamlLoader::field(const Field& field, std::optional<int64_t>& value) {
  const auto node = find(field);
  int64_t parsed = 0;
  if (!node.IsDefined()) return;
  if (node.IsNull())
    value.reset();
  else if (read_integer(field, node, &parsed))
    value = parsed;
}

void YamlLoader::field(const Field& field, std::optional<double>& value) {
  const auto node = find(field);
  double parsed = 0;
  if (!node.IsDefined()) return;
  if (node.IsNull())
    value.reset();
  else if (read_number(field, node, &parsed))
    value = parsed;
}

void YamlLoader::field(const Field& field, std::vector<std::string>& value) {
  const auto node = find(field);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) {
    problem(node, concat(field.name, " is not a list, expected [a, b, ...]"));
    return;
  }
  std::vector<std::string> items;
  for (const auto& item : node) {
    std::string text;
    if (read_text(field, item, &text)) items.push_back(text);
  }
  value = std::move(items);
}

void YamlLoader::field(const Field& field, std::vector<WeightedName>& value) {
  const auto node = find(field);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) {
    problem(node, concat(field.name, " is not a list, expected [{name: ..., weight: ...}, ...]"));
    return;
  }
  std::vector<WeightedName> items;
  for (const auto& item : node) {
    WeightedName parsed;
    if (item.IsMap()) {
      sections_.push_back({item, sections_.back().path + field.name + ".", {}});
      Field name{"name", "", field.min, field.max, field.choices, true};
      this->field(name, parsed.name);
      this->field({.name = "weight", .help = "", .min = 0.0}, parsed.weight);
      end_section();
    } else {
      read_text(field, item, &parsed.name);
    }
    if (!parsed.name.empty())
      items.push_back(parsed);
    else if (item.IsMap())
      problem(item, concat("an item of ", field.name, " has no name"));
  }
  value = std::move(items);
}

void YamlLoader::begin_section(const char* name, const char*) {
  const Field key{.name = name, .help = ""};
  const auto node = find(key);
  if (node.IsDefined() && !node.IsMap() && !node.IsNull()) problem(node, concat(name, " is a single value, expected a section with keys"));
  sections_.push_back({node, sections_.back().path + name + ".", {}});
}

void YamlLoader::end_section() {
  report_unknown(sections_.back());
  sections_.pop_back();
}

void YamlLoader::finish() {
  const auto& root = sections_.front();
  if (root.node.IsDefined() && !root.node.IsNull() && !root.node.IsMap()) problem(root.node, "expected keys and values at the top level");
  report_unknown(root);
  std::stable_sort(found_.begin(), found_.end(),
                   [](const Problem& a, const Problem& b) { return std::pair(a.line, a.column) < std::pair(b.line, b.column); });
  for (const auto& problem : found_) problems_.push_back(problem.message);
}

void YamlLoader::report_unknown(const Section& section) {
  if (!section.node.IsDefined() || !section.node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : section.node) {
    if (!entry.first.IsScalar()) {
      problem(entry.first, "a key must be a word");
      continue;
    }
    const auto& key = entry.first.Scalar();
    if (!seen.insert(key).second) problem(entry.first, concat(io::excerpt(section.path + key), " is written twice"));
    if (std::find(section.known.begin(), section.known.end(), key) != section.known.end()) continue;
    const auto nearest = nearest_name(key, section.known);
    problem(entry.first, concat("unknown key ", io::excerpt(section.path + key),
                                nearest.empty() ? "; known here: " + joined(section.known) : "; did you mean \"" + nearest + "\"?"));
  }
}

}  // namespace vrlt::config
