#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"

namespace vrlt::fuzz {

/// A folder of this process, in memory where the system has such a place; removed at exit.
inline const std::filesystem::path& scratch_folder() {
  static const test::TemporaryFolder folder = [] {
    if (std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 1);
    return test::TemporaryFolder();
  }();
  return folder.path();
}

/// Writes a file of the scratch folder.
inline std::filesystem::path write_scratch(const char* name, std::string_view bytes) {
  const auto path = scratch_folder() / name;
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return path;
}

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process if a promise is broken: the fuzzer, or the replay, then names the input.
inline void require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "broken promise: " << what << '\n';
  std::abort();
}

/// Runs a reader: it may refuse the input by an error of ours that names `origin`. Any other
/// exception ends the process.
template <typename Reader>
int read_or_refuse(const std::string& origin, Reader reader) {
  try {
    reader();
  } catch (const ContractError&) {
    throw;
  } catch (const Error& error) {
    require(std::string_view(error.what()).find(origin) != std::string_view::npos,
            "an error names its file: " + std::string(error.what()));
  }
  return 0;
}

}  // namespace vrlt::fuzz
