#include "vrlt/check/findings.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "vrlt/core/error.h"

namespace vrlt::check {
namespace {

const char* to_string(Severity severity) {
  constexpr const char* kNames[] = {"warning", "missing", "error"};
  return kNames[static_cast<size_t>(severity)];
}

}  // namespace

void print_findings(const std::vector<Finding>& findings) {
  constexpr size_t kShown = 10;
  std::map<std::pair<int, std::string>, std::vector<const Finding*>> kinds;
  for (const auto& finding : findings)
    kinds[{-static_cast<int>(finding.severity), finding.kind}].push_back(&finding);
  for (const auto& [key, found] : kinds) {
    std::printf("%s: %s (%zu)\n", to_string(found.front()->severity), key.second.c_str(),
                found.size());
    for (size_t i = 0; i < std::min(found.size(), kShown); ++i)
      std::printf("  %s: %s\n", found[i]->where.c_str(), found[i]->message.c_str());
    if (found.size() > kShown)
      std::printf("  ... and %zu more; --report FILE lists all\n", found.size() - kShown);
  }
}

io::Json to_json(const std::vector<Finding>& findings) {
  io::Json list = io::Json::array();
  for (const auto& finding : findings)
    list.push_back({{"severity", to_string(finding.severity)},
                    {"kind", finding.kind},
                    {"where", finding.where},
                    {"message", finding.message}});
  return list;
}

int exit_code_of(const std::vector<Finding>& findings) {
  const auto has = [&](Severity severity) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const auto& finding) { return finding.severity == severity; });
  };
  if (has(Severity::kError)) return static_cast<int>(ExitCode::kBadData);
  return has(Severity::kMissing) ? static_cast<int>(ExitCode::kMissingInput) : 0;
}

}  // namespace vrlt::check
