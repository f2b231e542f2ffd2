#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "tests/support/table_case.h"
#include "vrlt/core/error.h"

namespace vrlt::test {

/// What is in a file: a text, or a function that makes it, for large ones.
class FileBytes {
 public:
  FileBytes(const char* text) : FileBytes(std::string(text)) {}
  FileBytes(const std::string& text) : make_([text] { return text; }) {}
  template <std::invocable Make>
  FileBytes(Make make) : make_(make) {}

  std::string operator()() const { return make_(); }

 private:
  std::function<std::string()> make_;
};

/// A row of a table of files that must be refused.
struct BrokenFile {
  std::string name;
  FileBytes bytes;
  std::string expected;  ///< Part of the message.
};
VRLT_PRINT_ROW_NAME(BrokenFile)

/// What a clone without Git LFS holds. Source: the specification of git-lfs.
inline const std::string kLfsPointer =
    "version https://git-lfs.github.com/spec/v1\noid "
    "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

inline std::string repeated(const std::string& text, size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

/// What reading took, printed at the end of a test program: the worst row of all.
class Cost {
 public:
  Cost() : start_(std::clock()) {
    std::ofstream("/proc/self/clear_refs") << 5;  // the high-water mark starts anew
    before_ = status("VmRSS:");
  }
  void stop(const std::string& name) const {
    const double seconds = static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC;
    worst_memory().take(static_cast<double>(status("VmHWM:") - before_) / 1024, name);
    worst_time().take(seconds, name);
  }

  struct Worst {
    double value = 0;
    std::string name;
    void take(double other, const std::string& its_name) {
      if (other < value) return;
      value = other;
      name = its_name;
    }
  };
  static Worst& worst_memory() {
    static Worst worst;
    return worst;
  }
  static Worst& worst_time() {
    static Worst worst;
    return worst;
  }

 private:
  /// A line of /proc/self/status, in KiB.
  static int64_t status(const std::string& key) {
    std::ifstream file("/proc/self/status");
    for (std::string word; file >> word;)
      if (word == key) {
        int64_t kibibytes = 0;
        file >> kibibytes;
        return kibibytes;
      }
    return 0;
  }
  std::clock_t start_;  ///< Processor time: the same on a busy machine.
  int64_t before_ = 0;
};

class PrintCost final : public testing::Environment {
 public:
  void TearDown() override {
    const auto &memory = Cost::worst_memory(), &time = Cost::worst_time();
    if (!time.name.empty())
      std::printf("reading took at most %.0f MiB (%s) and %.2f s of processor time (%s)\n",
                  memory.value, memory.name.c_str(), time.value, time.name.c_str());
  }
};
inline testing::Environment* const kPrintCost = testing::AddGlobalTestEnvironment(new PrintCost);

/// Written to `path`, the row is refused by an error of ours that names `origin`, says what is
/// expected of the row, and can be shown.
template <typename Read>
void expect_refused(const BrokenFile& row, const std::filesystem::path& path,
                    const std::string& origin, Read read) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << row.bytes();
  const Cost cost;
  try {
    read();
    ADD_FAILURE() << "was accepted";
  } catch (const ContractError& error) {
    ADD_FAILURE() << "a bug of ours: " << error.what();
  } catch (const Error& error) {
    cost.stop(row.name);
    const std::string message = error.what();
    EXPECT_THAT(message, testing::HasSubstr(origin));
    EXPECT_THAT(message, testing::HasSubstr(row.expected));
    EXPECT_LT(message.size(), 2000u);
    EXPECT_EQ(message.find_first_of(std::string("\0\r\n\x1b", 4)), std::string::npos)
        << "control characters";
  }
}

template <typename Read>
void expect_refused(const BrokenFile& row, const std::filesystem::path& path, Read read) {
  expect_refused(row, path, path.string(), read);
}

}  // namespace vrlt::test
