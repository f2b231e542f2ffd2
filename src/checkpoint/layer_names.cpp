#include "vrlt/checkpoint/layer_names.h"

#include <cctype>

namespace vrlt::checkpoint {

std::string layer_of(const std::string& parameter) {
  static const std::string kLayers = "layers.";
  for (size_t at = parameter.find(kLayers); at != std::string::npos;
       at = parameter.find(kLayers, at + 1)) {
    if (at > 0 && parameter[at - 1] != '.') continue;
    size_t end = at + kLayers.size();
    while (end < parameter.size() && std::isdigit(static_cast<unsigned char>(parameter[end])))
      ++end;
    if (end > at + kLayers.size() && end < parameter.size() && parameter[end] == '.')
      return parameter.substr(0, end + 1);
  }
  return {};
}

}  // namespace vrlt::checkpoint
