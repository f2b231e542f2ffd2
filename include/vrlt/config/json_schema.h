#pragma once

#include <functional>
#include <string>

#include "vrlt/config/fields.h"

namespace vrlt::config {

/// The JSON Schema (draft 2020-12) of a config: every key with its help, type, bounds, choices and
/// default. Editors complete and check YAML by it; what hangs on several keys at once only a
/// program checks.
/// @param title  of the schema: the name of the program.
std::string json_schema(const std::function<void(FieldVisitor&)>& visit, const std::string& title);

}  // namespace vrlt::config
