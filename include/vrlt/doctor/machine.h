#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vrlt/doctor/finding.h"

namespace vrlt::doctor {

/// Where a machine tells about itself.
struct Machine {
  std::filesystem::path proc = "/proc", dev = "/dev", work = ".";
  std::function<const char*(const char* name)> environment = [](const char* name) -> const char* {
    return std::getenv(name);
  };
};

/// System, processor, cores and memory that this process may use, disk, folders, launcher, driver
/// of GPUs: what can be seen without LibTorch. Never throws for what a machine lacks.
std::vector<Finding> look_at_machine(const Machine& machine = {});

}  // namespace vrlt::doctor
