#pragma once

#include <functional>
#include <string>

#include "vrlt/config/fields.h"

namespace vrlt::config {

/// Every key of a program as YAML to begin a config with: required ones without a value and marked,
/// those without effect beside the other values as remarks.
std::string all_keys_yaml(const std::function<void(FieldVisitor&)>& visit);

}  // namespace vrlt::config
