#include "evaluation/groups.h"

#include <map>
#include <set>

namespace vrlt::evaluation {
namespace {

std::string name_of(const std::string& key, const std::string& value) { return key + "=" + value; }

}  // namespace

Groups exact_groups(const std::vector<const data::Sample*>& samples) {
  Groups groups;
  for (const auto* sample : samples) {
    groups.emplace_back();
    for (const auto& [key, value] : sample->groups) groups.back().push_back(name_of(key, value));
  }
  return groups;
}

Groups substring_groups(const std::vector<const data::Sample*>& samples) {
  std::set<std::pair<std::string, std::string>> known;
  for (const auto* sample : samples) known.insert(sample->groups.begin(), sample->groups.end());
  // there are far fewer of these than samples
  std::map<std::string, std::vector<std::string>> names_of_joined;
  Groups groups;
  for (const auto* sample : samples) {
    std::string joined;
    for (const auto& [key, value] : sample->groups) joined += (joined.empty() ? "" : "_") + value;
    const auto [names, is_new] = names_of_joined.try_emplace(joined);
    if (is_new)
      for (const auto& [key, value] : known)
        if (joined.find(value) != std::string::npos) names->second.push_back(name_of(key, value));
    groups.push_back(names->second);
  }
  return groups;
}

}  // namespace vrlt::evaluation
