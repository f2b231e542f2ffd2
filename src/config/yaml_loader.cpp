#include "config/yaml_loader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "config/foreign_keys.h"
#include "vrlt/config/known_keys.h"
#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

/// As one writes it in a config: 1000000, not 1e+06.
std::string bound_text(double bound) {
  std::array<char, 64> text;
  const bool is_long = std::abs(bound) >= 1e15 || (bound != 0 && std::abs(bound) < 1e-6);
  const auto format = is_long ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bound, format).ptr;
  return {text.data(), end};
}

std::string range_text(const Field& field) {
  if (std::isinf(field.min) && std::isinf(field.max)) return {};
  if (std::isinf(field.max)) return " of at least " + bound_text(field.min);
  return " from " + bound_text(field.min) + " to " + bound_text(field.max);
}

constexpr size_t kShownDigits = 100;

std::string shown(const YAML::Node& node) {
  if (node.IsNull()) return "null";
  return node.IsScalar() ? io::excerpt(node.Scalar()) : "not a single value";
}

/// Whether the whole text is a number of that type in decimal; no octal, no inf, no nan.
template <typename Number>
bool parse_whole(const std::string& text, Number* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_number(const std::string& text, double* value) {
  return parse_whole(text, value) && std::isfinite(*value);
}

/// 010 is eight to some readers of YAML and ten to others.
bool has_leading_zero(const std::string& text) {
  const size_t first = text.starts_with('-') ? 1 : 0;
  return text.size() > first + 1 && text[first] == '0' && text[first + 1] >= '0' &&
         text[first + 1] <= '9';
}

const char* shown_kind(const YAML::Node& node) {
  return node.IsSequence() ? "a list" : "a single value";
}

std::string zero_hint(const YAML::Node& node) {
  return node.IsScalar() && has_leading_zero(node.Scalar())
             ? " without a zero in front, which some read as octal"
             : "";
}

/// An integer exactly; or in another form of which it is the value, such as 1e3 or 16.0, as far as
/// a double holds every integer.
template <typename Integer>
bool parse_integer(const std::string& text, Integer* value) {
  if (parse_whole(text, value)) return true;
  constexpr double kLargest = 9007199254740992.0;  // 2^53
  double parsed = 0;
  if (text.find_first_of(".eE") == std::string::npos || !parse_number(text, &parsed) ||
      parsed != std::floor(parsed) || std::abs(parsed) > kLargest ||
      (std::is_unsigned_v<Integer> && parsed < 0))
    return false;
  *value = static_cast<Integer>(parsed);
  return true;
}

}  // namespace

YamlLoader::YamlLoader(const YAML::Node& root, std::string origin, bool with_marks,
                       const std::vector<std::string>& keys, std::vector<std::string>& problems,
                       KeyLocations& locations)
    : origin_(std::move(origin)),
      with_marks_(with_marks),
      keys_(keys),
      problems_(problems),
      locations_(locations) {
  sections_.push_back({root, "", {}});
}

/// An empty value stands nowhere: the parser gives the place of what follows, so its key's is
/// taken.
YAML::Mark YamlLoader::mark_of(const YAML::Node& node) const {
  if (!node.IsDefined()) return YAML::Mark::null_mark();
  return node.IsNull() && key_.IsDefined() && key_.Mark().line < node.Mark().line ? key_.Mark()
                                                                                  : node.Mark();
}

std::string YamlLoader::place(const YAML::Node& node) const {
  if (!with_marks_ || !node.IsDefined()) return origin_;
  const auto mark = mark_of(node);  // 0-based
  return concat(origin_, ":", mark.line + 1, ":", mark.column + 1);
}

void YamlLoader::problem(const YAML::Node& node, const std::string& message) {
  const auto mark = mark_of(node);
  found_.push_back({mark.line, mark.column, place(node) + ": " + message});
}

YAML::Node YamlLoader::find(const Field& field) {
  auto& section = sections_.back();
  section.known.emplace_back(field.name);
  if (!section.node.IsDefined() || !section.node.IsMap())
    return YAML::Node(YAML::NodeType::Undefined);
  for (const auto& entry : section.node) {
    if (!entry.first.IsScalar() || entry.first.Scalar() != field.name) continue;
    locations_[section.path + field.name] = place(entry.first);
    key_.reset(entry.first);
    return entry.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool YamlLoader::read_number(const Field& field, const YAML::Node& node, double* value) {
  double parsed = 0;
  if (!node.IsScalar() || has_leading_zero(node.Scalar()) ||
      !parse_number(node.Scalar(), &parsed)) {
    problem(node, concat(field.name, " is ", shown(node), ", expected a number", range_text(field),
                         zero_hint(node)));
    return false;
  }
  if (parsed < field.min || parsed > field.max) {
    problem(node, concat(field.name, " is ", node.Scalar().substr(0, kShownDigits),
                         ", expected a number", range_text(field)));
    return false;
  }
  *value = parsed;
  return true;
}

template <typename Integer>
bool YamlLoader::read_integer(const Field& field, const YAML::Node& node, Integer* value) {
  Integer parsed = 0;
  if (!node.IsScalar() || has_leading_zero(node.Scalar()) ||
      !parse_integer(node.Scalar(), &parsed)) {
    problem(node, concat(field.name, " is ", shown(node), ", expected an integer",
                         range_text(field), zero_hint(node)));
    return false;
  }
  if (static_cast<double>(parsed) < field.min || static_cast<double>(parsed) > field.max) {
    problem(node, concat(field.name, " is ", node.Scalar().substr(0, kShownDigits),
                         ", expected an integer", range_text(field)));
    return false;
  }
  *value = parsed;
  return true;
}

bool YamlLoader::read_text(const Field& field, const YAML::Node& node, std::string* value) {
  if (node.IsMap() && report_foreign_below(node, sections_.back().path + field.name + "."))
    return false;
  if (!node.IsScalar()) {
    problem(node, concat(field.name, " is ", node.IsNull() ? "null" : "not a single value",
                         ", expected text", node.IsNull() ? " (\"\" for none)" : ""));
    return false;
  }
  const auto& text = node.Scalar();
  if (text.find('\0') != std::string::npos) {
    problem(node, concat(field.name, " is ", io::excerpt(text), ", expected text without a NUL"));
    return false;
  }
  if (!field.choices.empty() &&
      std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
    const auto nearest = nearest_name(text, field.choices);
    problem(node, concat(field.name, " is ", io::excerpt(text), ", expected one of ",
                         joined(field.choices),
                         nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    return false;
  }
  *value = text;
  return true;
}

std::optional<std::string> YamlLoader::written_null(const Field& field) const {
  const auto key = concat("command line: ", sections_.back().path, field.name, "=");
  if (with_marks_ || !origin_.starts_with(key)) return {};
  return origin_.substr(key.size());
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
  Field nonnegative = field;
  nonnegative.min = std::max(0.0, field.min);
  if (node.IsDefined()) read_integer(nonnegative, node, &value);
}

void YamlLoader::field(const Field& field, double& value) {
  const auto node = find(field);
  if (node.IsDefined()) read_number(field, node, &value);
}

void YamlLoader::field(const Field& field, std::string& value) {
  const auto node = find(field);
  if (!node.IsDefined()) return;
  if (!node.IsNull()) {
    read_text(field, node, &value);
  } else if (const auto written = written_null(field)) {
    read_text(field, YAML::Node(*written), &value);
  } else if (!field.required) {  // a required key that is written and empty is told as such
    read_text(field, node, &value);
  }
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
  std::vector<std::string> items;
  const auto take = [&](const YAML::Node& item) {
    std::string text;
    if (read_text(field, item, &text)) items.push_back(text);
  };
  if (node.IsSequence())
    for (const auto& item : node) take(item);
  else if (!node.IsNull())
    take(node);  // one value is a list of one
  value = std::move(items);
}

void YamlLoader::read_item(const Field& field, const YAML::Node& item, OtherItems* others,
                           std::vector<WeightedName>& items) {
  WeightedName parsed;
  bool is_named = false;
  if (item.IsMap()) {
    sections_.push_back({item, sections_.back().path + field.name + ".", {}});
    const Field name{"name", "", field.min, field.max, field.choices, false};
    is_named = item["name"].IsDefined();
    if (others != nullptr && item[others->key()].IsDefined()) {
      is_named = true;
      parsed.name = others->add(*this);
    } else {
      this->field(name, parsed.name);
    }
    this->field({.name = "weight", .help = "", .min = 0.0}, parsed.weight);
    end_section();
  } else {
    is_named = true;
    read_text(field, item, &parsed.name);
  }
  if (!is_named)
    problem(item, concat("an item of ", field.name,
                         " has no name, expected {name: ..., weight: ...} with one of ",
                         joined(field.choices)));
  if (!parsed.name.empty()) items.push_back(parsed);
}

void YamlLoader::field(const Field& field, std::vector<WeightedName>& value) {
  read_items(field, value, nullptr);
}

void YamlLoader::items(const Field& field, std::vector<WeightedName>& value, OtherItems& others) {
  read_items(field, value, &others);
}

void YamlLoader::read_items(const Field& field, std::vector<WeightedName>& value,
                            OtherItems* others) {
  const auto node = find(field);
  if (!node.IsDefined()) return;
  if (others != nullptr) others->clear();
  std::vector<WeightedName> items;
  if (node.IsSequence())
    for (const auto& item : node) read_item(field, item, others, items);
  else if (!node.IsNull())
    read_item(field, node, others, items);
  value = std::move(items);
}

void YamlLoader::begin_section(const char* name, const char*) {
  const Field key{.name = name, .help = ""};
  const auto node = find(key);
  if (node.IsDefined() && !node.IsMap() && !node.IsNull())
    problem(node, concat(name, " is ", shown_kind(node), ", expected a section with keys"));
  sections_.push_back({node, sections_.back().path + name + ".", {}});
}

void YamlLoader::end_section() {
  report_unknown(sections_.back());
  sections_.pop_back();
}

void YamlLoader::finish() {
  const auto& root = sections_.front();
  if (root.node.IsDefined() && !root.node.IsNull() && !root.node.IsMap())
    problem(root.node, "expected keys and values at the top level");
  report_unknown(root);
  std::stable_sort(found_.begin(), found_.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
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
    if (!seen.insert(key).second)
      problem(entry.first, concat(io::excerpt(section.path + key), " is written twice"));
    if (std::find(section.known.begin(), section.known.end(), key) == section.known.end())
      report_unknown_key(section, entry.first, entry.second);
  }
}

void YamlLoader::report_unknown_key(const Section& section, const YAML::Node& key,
                                    const YAML::Node& value) {
  const auto& name = key.Scalar();
  auto meant = meant_by(section.path, name, section.known, keys_);
  if (value.IsMap() && nearest_name(name, section.known).empty() &&
      report_foreign_below(value, section.path + name + "."))
    return;
  if (meant.empty()) meant = "; known here: " + joined(section.known);
  problem(key, concat("unknown key ", io::excerpt(section.path + name), meant));
}

bool YamlLoader::report_foreign_below(const YAML::Node& node, const std::string& path) {
  bool any = false;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) continue;
    const auto key = path + entry.first.Scalar();
    if (entry.second.IsMap()) {
      any = report_foreign_below(entry.second, key + ".") || any;
    } else if (const auto meant = meant_by(path, entry.first.Scalar(), {}, keys_); !meant.empty()) {
      problem(entry.first, concat("unknown key ", io::excerpt(key), meant));
      any = true;
    }
  }
  return any;
}

}  // namespace vrlt::config
