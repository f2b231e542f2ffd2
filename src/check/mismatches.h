#pragma once

#include <map>
#include <string>
#include <vector>

#include "vrlt/check/matching.h"

namespace vrlt::check {

/// Collects mismatches by their text, in the order in which they were first found.
class Mismatches {
 public:
  /// @param like  without samples.
  void add(const data::Sample& sample, Mismatch like) {
    const auto [found, inserted] = index_.emplace(like.text, all_.size());
    if (inserted) all_.push_back(std::move(like));
    all_[found->second].samples.push_back(&sample);
  }
  /// One that is whole.
  void add(Mismatch mismatch) { all_.push_back(std::move(mismatch)); }

  std::vector<Mismatch> take() { return std::move(all_); }

 private:
  std::vector<Mismatch> all_;
  std::map<std::string, size_t> index_;
};

}  // namespace vrlt::check
