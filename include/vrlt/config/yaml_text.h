#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

namespace vrlt::config {

/// One YAML document. Anchors and aliases are refused: with them a page of text can stand for
/// gigabytes, or for a tree that holds itself.
/// @throws YAML::Exception with line and column.
YAML::Node parse_yaml(const std::string& text);

}  // namespace vrlt::config
