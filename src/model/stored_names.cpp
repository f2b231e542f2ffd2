#include "model/stored_names.h"

namespace vrlt::model {

std::string stored_name(std::string name, std::span<const Renaming> rules) {
  for (const std::string wrapper : {"module.", "_orig_mod.", "base_model.model."})
    if (name.starts_with(wrapper)) name = name.substr(wrapper.size());
  for (const auto& [from, to] : rules)
    if (name.starts_with(from)) return to + name.substr(std::string(from).size());
  return name;
}

}  // namespace vrlt::model
