#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vrlt/config/fields.h"

namespace vrlt::config {

/// Every key of a config at any depth ("optim.lr"), in order.
std::vector<std::string> known_keys(const std::function<void(FieldVisitor&)>& visit);

/// What was meant by a key that there is not: "; did you mean optim.lr?", or what another project's
/// key is called here. Empty if nothing is near.
/// @param path  of the section that holds it: "model." or empty. @param here  the keys of that
/// section. @param all  those of the config.
std::string meant_by(const std::string& path, const std::string& key,
                     const std::vector<std::string>& here, const std::vector<std::string>& all);

}  // namespace vrlt::config
