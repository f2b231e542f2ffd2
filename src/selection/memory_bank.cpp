#include "vrlt/selection/memory_bank.h"

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/own_fields.h"

namespace vrlt::selection {
namespace {

std::map<std::string, double> averages_of(const io::OwnFields& state, const char* name) {
  std::map<std::string, double> averages;
  for (const auto& [id, average] : state.object(name).items()) {
    if (!average.is_number())
      throw DataError(concat(state.place_of(name), ": ", io::excerpt(id), " is ",
                             io::excerpt(average), ", expected a number"));
    averages[id] = average.get<double>();
  }
  return averages;
}

/// Not by name: a list of pairs is built in no time, however many there are.
io::Json to_json(const std::map<std::string, double>& averages) {
  auto json = io::Json::object();
  for (const auto& [id, average] : averages)
    json.get_ref<io::Json::object_t&>().emplace_back(id, average);
  return json;
}

}  // namespace

MemoryBank::Rank MemoryBank::rank_of(const std::string& id, double average) {
  return {-average, stable_hash(id), id};
}

void MemoryBank::put(const std::string& id, double average) {
  averages_[id] = average;
  by_priority_.insert(rank_of(id, average));
}

void MemoryBank::remove(std::map<std::string, double>::iterator entry) {
  by_priority_.erase(rank_of(entry->first, entry->second));
  averages_.erase(entry);
}

bool MemoryBank::observe(const std::string& id, double variance) {
  double average = variance;
  const auto moved = [&](double before) {
    return config_.momentum * before + (1.0 - config_.momentum) * variance;
  };
  if (const auto found = averages_.find(id); found != averages_.end()) {
    average = moved(found->second);
    remove(found);
  }
  if (const auto found = taken_.find(id); found != taken_.end()) {
    average = moved(found->second);
    taken_.erase(found);
  }
  if (variance < config_.min_variance) return false;
  put(id, average);
  if (size() > config_.capacity)
    remove(averages_.find(std::get<std::string>(*by_priority_.rbegin())));
  return true;
}

std::vector<std::string> MemoryBank::take(int64_t count, const std::set<std::string>& except) {
  std::vector<std::string> ids;
  for (const auto& [average, hash, id] : by_priority_) {
    if (static_cast<int64_t>(ids.size()) >= count) break;
    if (!except.contains(id)) ids.push_back(id);
  }
  for (const auto& id : ids) {
    const auto found = averages_.find(id);
    taken_[id] = found->second;
    remove(found);
  }
  return ids;
}

io::Json MemoryBank::state() const {
  return {{"bank", to_json(averages_)}, {"taken", to_json(taken_)}};
}

void MemoryBank::restore(const io::Json& state) {
  const io::OwnFields fields(state, "memory bank of a checkpoint");
  const auto averages = averages_of(fields, "bank");
  auto taken = averages_of(fields, "taken");
  averages_.clear();
  by_priority_.clear();
  for (const auto& [id, average] : averages) put(id, average);
  taken_ = std::move(taken);
}

}  // namespace vrlt::selection
