#pragma once

#include <string>
#include <vector>

namespace vrlt::settings {

/// What model.device may name: "cpu" and "cuda".
std::vector<std::string> device_names();

/// Lets configs that this process loads from now on name another device. Whoever calls it has given
/// LibTorch a backend of this name; the programs do not, so that no config of theirs can name one.
void add_device_name(const std::string& name);

}  // namespace vrlt::settings
