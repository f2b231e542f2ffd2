#include "data/tally.h"

namespace vrlt::data {

void Tally::add(const std::string& item) {
  constexpr size_t kNamed = 5;
  ++count_;
  if (first_.size() < kNamed) first_.push_back(item);
}

std::string Tally::names() const {
  std::string text;
  for (const auto& item : first_) text += (text.empty() ? "" : ", ") + item;
  return text + (count_ > std::ssize(first_) ? ", ..." : "");
}

std::string joined(const std::vector<std::filesystem::path>& files) {
  std::string text;
  for (const auto& file : files) text += (text.empty() ? "" : ", ") + file.string();
  return text;
}

}  // namespace vrlt::data
