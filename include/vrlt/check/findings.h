#pragma once

#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::check {

enum class Severity { kWarning, kMissing, kError };

/// Something that a check found.
struct Finding {
  Severity severity = Severity::kWarning;
  const char* kind = "";  ///< duplicate_id, missing_video, ...: what findings are counted by.
  std::string where;      ///< A sample's id, or "path:line".
  std::string message;
};

/// Prints the findings by kind, the grave ones first, a few of each.
void print_findings(const std::vector<Finding>& findings);

io::Json to_json(const std::vector<Finding>& findings);

/// 65 with an error, else 66 with something missing, else 0.
int exit_code_of(const std::vector<Finding>& findings);

}  // namespace vrlt::check
