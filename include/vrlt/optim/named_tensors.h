#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace vrlt::optim {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

}  // namespace vrlt::optim
