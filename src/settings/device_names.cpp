#include "vrlt/settings/device_names.h"

namespace vrlt::settings {
namespace {

std::vector<std::string>& names() {
  static std::vector<std::string> all = {"cpu", "cuda"};
  return all;
}

}  // namespace

std::vector<std::string> device_names() { return names(); }

void add_device_name(const std::string& name) { names().push_back(name); }

}  // namespace vrlt::settings
