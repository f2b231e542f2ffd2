#include <map>

#include "vrlt/config/load.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"

namespace vrlt::config {
namespace {

using Leaves = std::vector<std::pair<std::string, std::string>>;

std::string text_of(const YAML::Node& node) {
  if (node.IsNull()) return "null";
  if (node.IsScalar()) return node.Scalar();
  YAML::Emitter out;
  out << YAML::Flow << node;
  return out.c_str();
}

/// Every value that is not a section, under its dotted key.
void collect(const YAML::Node& node, const std::string& path, Leaves& leaves) {
  for (const auto& entry : node) {
    const auto key = path + text_of(entry.first);
    if (entry.second.IsMap())
      collect(entry.second, key + ".", leaves);
    else
      leaves.emplace_back(key, text_of(entry.second));
  }
}

Leaves leaves_of(const std::string& yaml) {
  Leaves leaves;
  try {
    const auto root = parse_yaml(yaml);
    if (root.IsMap()) collect(root, "", leaves);
  } catch (const YAML::Exception& error) {
    throw ConfigError(concat("not YAML: ", error.what()));
  }
  return leaves;
}

}  // namespace

std::vector<Difference> differences(const std::string& before_yaml, const std::string& after_yaml) {
  const auto before = leaves_of(before_yaml), after = leaves_of(after_yaml);
  const std::map<std::string, std::string> old_values(before.begin(), before.end()),
      new_values(after.begin(), after.end());
  std::vector<Difference> found;
  for (const auto& [key, value] : after) {
    const auto old = old_values.find(key);
    if (old == old_values.end())
      found.push_back({key, {}, value});
    else if (old->second != value)
      found.push_back({key, old->second, value});
  }
  for (const auto& [key, value] : before)
    if (new_values.count(key) == 0) found.push_back({key, value, {}});
  return found;
}

}  // namespace vrlt::config
