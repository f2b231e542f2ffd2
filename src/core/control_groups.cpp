#include "core/control_groups.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace vrlt {
namespace fs = std::filesystem;
namespace {

/// The tightest limit of a group and its parents.
std::optional<double> tightest(const fs::path& mount, const fs::path& group,
                               ControlledResource::Reader read) {
  auto limit = read(mount);
  fs::path folder = mount;
  for (const auto& part : group.relative_path()) {
    folder /= part;
    if (const auto of_group = read(folder)) limit = std::min(limit.value_or(*of_group), *of_group);
  }
  return limit;
}

bool names(const std::string& controllers, const std::string& controller) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');)
    if (name == controller) return true;
  return false;
}

}  // namespace

std::optional<double> read_number(std::istream& stream) {
  double value = 0;
  if (!(stream >> value) || !std::isfinite(value)) return {};
  return value;
}

std::optional<double> control_group_limit(const ControlledResource& resource,
                                          const std::string& membership, const fs::path& root) {
  std::optional<double> limit;
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // number:controllers:path
    const auto first = line.find(':'),
               second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    std::optional<double> of_line;
    if (controllers.empty())
      of_line = tightest(root, group, resource.unified);
    else if (names(controllers, resource.controller))
      of_line =
          tightest(fs::exists(root / controllers) ? root / controllers : root / resource.controller,
                   group, resource.legacy);
    if (of_line) limit = std::min(limit.value_or(*of_line), *of_line);
  }
  return limit;
}

std::string control_group_membership() {
  std::ifstream file("/proc/self/cgroup");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace vrlt
