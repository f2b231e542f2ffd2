#pragma once

#include <filesystem>

#include "vrlt/io/json.h"

namespace vrlt::run_folder {

/// What a run computes with, for environment.json: version and commit of the program, LibTorch,
/// compiler, system, processor, cores, threads, GPUs with their driver.
/// @param proc  where the system tells about processor and driver.
io::Json describe_environment(const std::filesystem::path& proc = "/proc");

}  // namespace vrlt::run_folder
