#include "vrlt/config/load.h"

#include <algorithm>

#include "config/config_text.h"
#include "config/yaml_loader.h"
#include "vrlt/config/known_keys.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"

namespace vrlt::config {
namespace {

/// A value of the command line, which is YAML: lists work, and what YAML calls null unsets a key. A
/// remark ("#1") is text.
YAML::Node override_value(const std::string& text) {
  if (const auto mistakes = mistakes_of_text(text, "value"); !mistakes.empty())
    throw ConfigError(mistakes.front());
  const auto node = parse_yaml(text);
  const auto is_word = [&](const char* word) { return text == word; };
  constexpr const char* kNull[] = {"", "~", "null", "Null", "NULL"};
  if (node.IsDefined() && !node.IsNull()) return node;
  return std::any_of(std::begin(kNull), std::end(kNull), is_word) ? YAML::Node() : YAML::Node(text);
}

/// "a.b.c=value" as the tree {a: {b: {c: value}}}.
YAML::Node override_tree(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw ConfigError("expected key=value, as in rollout.group_size=16");
  YAML::Node node = override_value(text.substr(equals + 1));
  std::string key = text.substr(0, equals);
  while (!key.empty()) {
    const auto dot = key.rfind('.');
    YAML::Node parent;
    parent[dot == std::string::npos ? key : key.substr(dot + 1)] = node;
    node = parent;
    key = dot == std::string::npos ? "" : key.substr(0, dot);
  }
  return node;
}

/// Finds strings and lists that are required and still empty.
class RequiredCheck final : public FieldVisitor {
 public:
  RequiredCheck(std::string origin, const KeyLocations& locations,
                std::vector<std::string>& problems)
      : origin_(std::move(origin)), locations_(locations), problems_(problems) {}
  void field(const Field&, bool&) override {}
  void field(const Field&, int64_t&) override {}
  void field(const Field&, uint64_t&) override {}
  void field(const Field&, double&) override {}
  void field(const Field&, std::optional<int64_t>&) override {}
  void field(const Field&, std::optional<double>&) override {}
  void field(const Field& field, std::string& value) override { check(field, value.empty()); }
  void field(const Field& field, std::vector<std::string>& value) override {
    check(field, value.empty());
  }
  void field(const Field& field, std::vector<WeightedName>& value) override {
    check(field, value.empty());
  }
  void begin_section(const char* name, const char*) override { path_ += std::string(name) + "."; }
  void end_section() override { path_.erase(path_.rfind('.', path_.size() - 2) + 1); }

 private:
  void check(const Field& field, bool empty) {
    if (!field.required || !empty) return;
    const auto key = path_ + field.name;
    const auto written = locations_.find(key);
    problems_.push_back(concat(written == locations_.end() ? origin_ : written->second, ": \"", key,
                               "\" is ", written == locations_.end() ? "missing" : "empty", " (",
                               field.help, ")"));
  }
  std::string origin_, path_;
  const KeyLocations& locations_;
  std::vector<std::string>& problems_;
};

/// All that is wrong with a config, in one message.
void refuse(const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  constexpr size_t kMostShown = 50;
  std::string message;
  for (size_t i = 0; i < std::min(problems.size(), kMostShown); ++i)
    message += (i == 0 ? "" : "\n") + problems[i];
  if (problems.size() > kMostShown)
    message += concat("\n... and ", problems.size() - kMostShown, " more");
  throw ConfigError(message);
}

/// The tree of a file, or what its text or its YAML are not.
YAML::Node read_tree(const std::filesystem::path& file, std::vector<std::string>& problems) {
  const auto text = read_config_text(file);
  const auto origin = file.string();
  problems = mistakes_of_text(text, origin);
  if (problems.empty()) try {
      return parse_yaml(text);
    } catch (const YAML::Exception& error) {
      const auto tab = place_of_tab(text, origin, error.mark.line);
      problems.push_back(tab.empty() ? concat(origin, ":", error.mark.line + 1, ":",
                                              error.mark.column + 1, ": ", error.msg)
                                     : concat(tab, ": a tab indents this line; YAML wants spaces"));
    }
  return YAML::Node();
}

}  // namespace

void load(const std::filesystem::path& file, const std::vector<std::string>& overrides,
          const std::function<void(FieldVisitor&)>& visit,
          const std::function<std::vector<std::string>(const KeyLocations&)>& check) {
  std::vector<std::string> problems;
  KeyLocations locations;
  const auto keys = known_keys(visit);
  const auto take = [&](const YAML::Node& tree, const std::string& origin, bool with_marks) {
    YamlLoader loader(tree, origin, with_marks, keys, problems, locations);
    visit(loader);
    loader.finish();
  };
  if (!file.empty()) {
    const auto tree = read_tree(file, problems);
    if (problems.empty()) take(tree, file.string(), true);
  }
  for (const auto& argument : overrides) {
    const auto origin = "command line: " + argument;
    try {
      take(override_tree(argument), origin, false);
    } catch (const YAML::Exception& error) {
      problems.push_back(origin + ": " + error.msg);
    } catch (const ConfigError& error) {
      problems.push_back(origin + ": " + error.what());
    }
  }
  if (problems.empty() && !file.empty()) {
    RequiredCheck required(file.string(), locations, problems);
    visit(required);
  }
  if (problems.empty() && check && !file.empty()) problems = check(locations);
  refuse(problems);
}

}  // namespace vrlt::config
