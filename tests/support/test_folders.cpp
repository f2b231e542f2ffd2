#include "tests/support/test_folders.h"

#include <cstdlib>

namespace vrlt::test {
namespace {

/// The folder that the environment names, else `usual`.
std::filesystem::path folder_of(const char* variable, const std::filesystem::path& usual) {
  const char* folder = std::getenv(variable);
  return folder != nullptr && *folder != '\0' ? folder : usual;
}

}  // namespace

std::filesystem::path golden_dir() {
  return folder_of("VRLT_GOLDEN_DIR", tests_dir() / "golden/data");
}

std::filesystem::path golden3_dir() {
  return folder_of("VRLT_GOLDEN3_DIR", tests_dir() / "golden/data_qwen3");
}

std::filesystem::path media_dir() { return folder_of("VRLT_MEDIA_DIR", tests_dir() / "media"); }

std::filesystem::path tests_dir() { return VRLT_TESTS_DIR; }

std::filesystem::path bin_dir() { return VRLT_BIN_DIR; }

std::string cmake_command() { return VRLT_CMAKE_COMMAND; }

}  // namespace vrlt::test
