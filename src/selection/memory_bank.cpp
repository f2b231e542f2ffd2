#include "vrlt/selection/memory_bank.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::selection {
namespace {

std::map<std::string, double> averages_of(const io::Json& state, const char* name) {
  const auto found = state.find(name);
  if (found == state.end() || !found->is_object()) throw DataError(concat("memory bank of a checkpoint: expected an object \"", name, "\""));
  std::map<std::string, double> averages;
  for (const auto& [id, average] : found->items()) {
    if (!average.is_number())
      throw DataError(concat("memory bank of a checkpoint: ", io::excerpt(id), " is ", io::excerpt(average), ", expected a number"));
    averages[id] = average.get<double>();
  }
  return averages;
}

}  // namespace

bool MemoryBank::observe(const std::string& id, double variance) {
  double average = variance;
  for (auto* known : {&averages_, &taken_})
    if (const auto found = known->find(id); found != known->end()) {
      average = config_.momentum * found->second + (1.0 - config_.momentum) * variance;
      known->erase(found);
    }
  if (variance < config_.min_variance) return false;
  averages_[id] = average;
  if (size() > config_.capacity) averages_.erase(by_priority().back());
  return true;
}

std::vector<std::string> MemoryBank::by_priority() const {
  std::vector<std::string> ids;
  for (const auto& [id, average] : averages_) ids.push_back(id);
  std::sort(ids.begin(), ids.end(), [&](const auto& a, const auto& b) {
    const double of_a = averages_.at(a), of_b = averages_.at(b);
    return of_a != of_b ? of_a > of_b : stable_hash(a) < stable_hash(b);
  });
  return ids;
}

std::vector<std::string> MemoryBank::take(int64_t count, const std::set<std::string>& except) {
  std::vector<std::string> ids;
  for (const auto& id : by_priority()) {
    if (static_cast<int64_t>(ids.size()) >= count) break;
    if (except.contains(id)) continue;
    ids.push_back(id);
    taken_[id] = averages_.at(id);
    averages_.erase(id);
  }
  return ids;
}

io::Json MemoryBank::state() const {
  io::Json state = {{"bank", io::Json::object()}, {"taken", io::Json::object()}};
  for (const auto& [id, average] : averages_) state["bank"][id] = average;
  for (const auto& [id, average] : taken_) state["taken"][id] = average;
  return state;
}

void MemoryBank::restore(const io::Json& state) {
  averages_ = averages_of(state, "bank");
  taken_ = averages_of(state, "taken");
}

}  // namespace vrlt::selection
