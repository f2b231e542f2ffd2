#include "model/parameter_shape.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

namespace vrlt::model {
namespace {

/// Tables of which a token takes a row, and the projection onto the vocabulary.
constexpr const char* kNotPerToken[] = {"embed_tokens", "pos_embed", "lm_head"};

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

/// "visual.blocks.3." of a parameter of the tower's block 3, "model.layers.3." of the decoder's
/// layer; empty: of neither.
std::string layer_of(const std::string& name) {
  for (const std::string part : {"blocks.", "layers."})
    if (const auto at = name.find(part); at != std::string::npos)
      return name.substr(0, name.find('.', at + part.size()) + 1);
  return {};
}

}  // namespace

void add_matrix(std::vector<ParameterShape>& shapes, const std::string& name, int64_t out,
                int64_t in, bool bias) {
  shapes.push_back({name + ".weight", {out, in}});
  if (bias) shapes.push_back({name + ".bias", {out}});
}

void count_parameters(const std::vector<ParameterShape>& parameters, int64_t merge_area,
                      ModelShape& shape) {
  std::map<std::string, int64_t> of_layers;
  for (const auto& [name, sizes] : parameters) {
    auto& tower = has(name, "visual.") ? shape.vision : shape.text;
    const int64_t count =
        std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
    tower.parameters += count;
    if (const auto layer = layer_of(name); !layer.empty()) {
      tower.largest_matrix = std::max(tower.largest_matrix, count);
      tower.largest_layer = std::max(tower.largest_layer, of_layers[layer] += count);
    }
    const bool is_table =
        std::any_of(std::begin(kNotPerToken), std::end(kNotPerToken),
                    [&whose = name](const char* part) { return has(whose, part); });
    if (sizes.size() < 2 || is_table) continue;
    tower.per_token_parameters += has(name, "merger") ? count / merge_area : count;
  }
}

}  // namespace vrlt::model
