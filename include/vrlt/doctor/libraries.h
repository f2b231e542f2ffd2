#pragma once

#include <vector>

#include "vrlt/doctor/finding.h"

namespace vrlt::doctor {

/// LibTorch and its speed on this processor, GPUs and NCCL, what FFmpeg decodes, tables: what the
/// libraries that are loaded can do here. Each is tried; what throws is a finding.
std::vector<Finding> look_at_libraries();

}  // namespace vrlt::doctor
