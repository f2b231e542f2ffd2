#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::data {

/// Items of a kind, for one line about them all.
class Tally {
 public:
  void add(const std::string& item);
  int64_t count() const { return count_; }
  /// The first few: "a, b, c, ...".
  std::string names() const;

 private:
  int64_t count_ = 0;
  std::vector<std::string> first_;
};

/// "a.jsonl, b.jsonl".
std::string joined(const std::vector<std::filesystem::path>& files);

}  // namespace vrlt::data
