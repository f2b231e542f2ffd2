#include "model/parameter_shape.h"

namespace vrlt::model {

void add_matrix(std::vector<ParameterShape>& shapes, const std::string& name, int64_t out,
                int64_t in, bool bias) {
  shapes.push_back({name + ".weight", {out, in}});
  if (bias) shapes.push_back({name + ".bias", {out}});
}

}  // namespace vrlt::model
