#include "vrlt/config/load.h"

#include <algorithm>

#include "config/yaml_loader.h"
#include "config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::config {
namespace {

/// "a.b.c=value" as the tree {a: {b: {c: value}}}; the value is itself YAML, so lists work.
YAML::Node override_tree(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw ConfigError("expected key=value, as in rollout.group_size=16");
  YAML::Node node = parse_yaml(text.substr(equals + 1));
  if (!node.IsDefined() || node.IsNull()) node = YAML::Node(text.substr(equals + 1));
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
  explicit RequiredCheck(std::string origin, std::vector<std::string>& problems) : origin_(std::move(origin)), problems_(problems) {}
  void field(const Field&, bool&) override {}
  void field(const Field&, int64_t&) override {}
  void field(const Field&, uint64_t&) override {}
  void field(const Field&, double&) override {}
  void field(const Field&, std::optional<int64_t>&) override {}
  void field(const Field&, std::optional<double>&) override {}
  void field(const Field& field, std::string& value) override { check(field, value.empty()); }
  void field(const Field& field, std::vector<std::string>& value) override { check(field, value.empty()); }
  void field(const Field& field, std::vector<WeightedName>& value) override { check(field, value.empty()); }
  void begin_section(const char* name, const char*) override { path_ += std::string(name) + "."; }
  void end_section() override { path_.erase(path_.rfind('.', path_.size() - 2) + 1); }

 private:
  void check(const Field& field, bool empty) {
    if (field.required && empty) problems_.push_back(concat(origin_, ": \"", path_, field.name, "\" is missing (", field.help, ")"));
  }
  std::string origin_, path_;
  std::vector<std::string>& problems_;
};

}  // namespace

void load(const std::filesystem::path& file, const std::vector<std::string>& overrides, const std::function<void(FieldVisitor&)>& visit,
          const std::function<std::vector<std::string>(const KeyLocations&)>& check) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  std::vector<std::string> problems;
  KeyLocations locations;
  const auto read_tree = [&](const YAML::Node& tree, const std::string& origin, bool with_marks) {
    YamlLoader loader(tree, origin, with_marks, problems, locations);
    visit(loader);
    loader.finish();
  };
  const auto text = io::read_file(file, kMaxConfigBytes);
  try {
    read_tree(parse_yaml(text), file.string(), true);
  } catch (const YAML::Exception& error) {
    problems.push_back(concat(file.string(), ":", error.mark.line + 1, ":", error.mark.column + 1, ": ", error.msg));
  }
  for (const auto& argument : overrides) {
    const auto origin = "command line: " + argument;
    try {
      read_tree(override_tree(argument), origin, false);
    } catch (const YAML::Exception& error) {
      problems.push_back(origin + ": " + error.msg);
    } catch (const ConfigError& error) {
      problems.push_back(origin + ": " + error.what());
    }
  }
  if (problems.empty()) {
    RequiredCheck required(file.string(), problems);
    visit(required);
  }
  if (problems.empty() && check) problems = check(locations);
  if (problems.empty()) return;
  constexpr size_t kMostShown = 50;
  std::string message;
  for (size_t i = 0; i < std::min(problems.size(), kMostShown); ++i) message += (i == 0 ? "" : "\n") + problems[i];
  if (problems.size() > kMostShown) message += concat("\n... and ", problems.size() - kMostShown, " more");
  throw ConfigError(message);
}

}  // namespace vrlt::config
