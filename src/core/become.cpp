#include "vrlt/core/become.h"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

namespace vrlt {
namespace {

/// The words of the command line, as the system keeps them: each ends with a zero byte.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace

void become(const std::filesystem::path& program) {
  auto words = own_arguments();
  if (words.empty()) {
    errno = ENOENT;
    return;
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
}

}  // namespace vrlt
