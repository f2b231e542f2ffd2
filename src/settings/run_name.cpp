#include "settings/run_name.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {
namespace {

/// What is wrong with the name of a folder, or null.
const char* problem_of_folder_name(const std::string& name) {
  // file systems take 255 bytes, and some files are called after the run
  constexpr size_t kLongest = 200;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (name.empty()) return "has an empty part";
  if (name == "." || name == "..") return "leads out of the folder of runs";
  if (std::any_of(name.begin(), name.end(), is_control)) return "has a control character";
  if (name.size() > kLongest) return "is longer than 200 bytes";
  return nullptr;
}

}  // namespace

std::vector<std::string> check_run_name(const std::string& name,
                                        const config::KeyLocations& locations, int parts) {
  const auto refuse = [&](const char* why) {
    return std::vector<std::string>{
        concat(place_of("name", locations), ": name is ", io::excerpt(name), ", which ", why,
               "; expected one plain folder name (output says in which folder runs are)")};
  };
  if (std::count(name.begin(), name.end(), '/') >= parts) return refuse("is a path");
  for (size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('/', begin), name.size());
    if (const char* why = problem_of_folder_name(name.substr(begin, end - begin)))
      return refuse(why);
    begin = end + 1;
  }
  return {};
}

}  // namespace vrlt::settings
