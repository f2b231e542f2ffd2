#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::model {

/// A parameter that a config asks for: its name in the table, and its shape.
struct ParameterShape {
  std::string name;
  std::vector<int64_t> shape;
};

/// Appends `name`.weight, [out, in], and `name`.bias, [out], where there is one.
void add_matrix(std::vector<ParameterShape>& shapes, const std::string& name, int64_t out,
                int64_t in, bool bias);

}  // namespace vrlt::model
