#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/model/model_shape.h"

namespace vrlt::model {

/// A parameter that a config asks for: its name in the table, and its shape.
struct ParameterShape {
  std::string name;
  std::vector<int64_t> shape;
};

/// Appends `name`.weight, [out, in], and `name`.bias, [out], where there is one.
void add_matrix(std::vector<ParameterShape>& shapes, const std::string& name, int64_t out,
                int64_t in, bool bias);

/// Adds what the parameters of a model amount to, its tower being those below "visual.".
/// @param merge_area  patches of a vision token: so many share a pass through a merger.
void count_parameters(const std::vector<ParameterShape>& parameters, int64_t merge_area,
                      ModelShape& shape);

}  // namespace vrlt::model
