#include "model/parameter_shape.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace vrlt::model {
namespace {

/// Tables of which a token takes a row, and the projection onto the vocabulary.
constexpr const char* kNotPerToken[] = {"embed_tokens", "pos_embed", "lm_head"};

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

}  // namespace

void add_matrix(std::vector<ParameterShape>& shapes, const std::string& name, int64_t out,
                int64_t in, bool bias) {
  shapes.push_back({name + ".weight", {out, in}});
  if (bias) shapes.push_back({name + ".bias", {out}});
}

void count_parameters(const std::vector<ParameterShape>& parameters, int64_t merge_area,
                      ModelShape& shape) {
  for (const auto& [name, sizes] : parameters) {
    auto& tower = has(name, "visual.") ? shape.vision : shape.text;
    const int64_t count =
        std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
    tower.parameters += count;
    const bool is_table =
        std::any_of(std::begin(kNotPerToken), std::end(kNotPerToken),
                    [&whose = name](const char* part) { return has(whose, part); });
    if (sizes.size() < 2 || is_table) continue;
    tower.per_token_parameters += has(name, "merger") ? count / merge_area : count;
  }
}

}  // namespace vrlt::model
