#include "vrlt/metrics/metric.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "vrlt/core/error.h"

namespace vrlt::metrics {

MetricSet::Entry& MetricSet::entry(const std::string& name, Kind kind, double start) {
  for (auto& existing : entries_) {
    if (existing.name != name) continue;
    VRLT_CHECK(existing.kind == kind, "metric ", name, " is used as two kinds");
    return existing;
  }
  entries_.push_back({name, kind, start});
  return entries_.back();
}

void MetricSet::mean(const std::string& name, double value, double weight) {
  auto& e = entry(name, Kind::kMean, 0.0);
  e.value += value * weight;
  e.weight += weight;
}

void MetricSet::sum(const std::string& name, double value) {
  entry(name, Kind::kSum, 0.0).value += value;
}

void MetricSet::max(const std::string& name, double value) {
  auto& e = entry(name, Kind::kMax, -std::numeric_limits<double>::infinity());
  if (std::isnan(value) || value > e.value) e.value = value;  // once NaN, always NaN
}

void MetricSet::min(const std::string& name, double value) {
  auto& e = entry(name, Kind::kMin, std::numeric_limits<double>::infinity());
  if (std::isnan(value) || value < e.value) e.value = value;
}

void MetricSet::spread(const std::string& name, double value) { add_spread(name, 1.0, value, 0.0); }

void MetricSet::add_spread(const std::string& name, double count, double mean, double squares) {
  auto& e = entry(name, Kind::kSpread, 0.0);
  if (count == 0.0) return;
  // Chan, Golub, LeVeque: nothing cancels where the mean is large.
  const double distance = mean - e.value, total = e.weight + count;
  e.squares += squares + distance * distance * e.weight * count / total;
  e.value += distance * count / total;
  e.weight = total;
}

std::vector<std::pair<std::string, double>> MetricSet::values() const {
  std::vector<std::pair<std::string, double>> result;
  for (const auto& e : entries_) {
    if (e.kind == Kind::kMean && e.weight == 0.0) continue;
    if (e.kind == Kind::kSpread && e.weight < 2.0) continue;
    if (e.kind == Kind::kMean)
      result.emplace_back(e.name, e.value / e.weight);
    else
      result.emplace_back(
          e.name, e.kind == Kind::kSpread ? std::sqrt(e.squares / (e.weight - 1.0)) : e.value);
  }
  return result;
}

double MetricSet::value(const std::string& name, double otherwise) const {
  for (const auto& [known, value] : values())
    if (known == name) return value;
  return otherwise;
}

void MetricSet::average_in(const MetricSet& part) {
  for (const auto& e : part.entries_) {
    if (e.kind == Kind::kMax)
      max(e.name, e.value);
    else if (e.kind == Kind::kMin)
      min(e.name, e.value);
    else if (e.kind == Kind::kSum)
      mean(e.name, e.value);
    else if (e.weight != 0.0)
      mean(e.name, e.value / e.weight);
  }
}

namespace {

template <typename T>
void put(std::string& out, const T& value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <typename T>
T take(std::string_view& bytes) {
  VRLT_CHECK(bytes.size() >= sizeof(T), "metrics end too early");
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

}  // namespace

std::string MetricSet::to_bytes() const {
  std::string bytes;
  for (const auto& e : entries_) {
    put(bytes, e.kind);
    put(bytes, e.value);
    put(bytes, e.weight);
    put(bytes, e.squares);
    put(bytes, e.name.size());
    bytes += e.name;
  }
  return bytes;
}

void MetricSet::merge(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto kind = take<Kind>(bytes);
    const auto value = take<double>(bytes), weight = take<double>(bytes),
               squares = take<double>(bytes);
    const auto length = take<size_t>(bytes);
    VRLT_CHECK(bytes.size() >= length, "metrics end too early");
    const std::string name(bytes.substr(0, length));
    bytes.remove_prefix(length);
    switch (kind) {
      case Kind::kSum:
        sum(name, value);
        break;
      case Kind::kMax:
        max(name, value);
        break;
      case Kind::kMin:
        min(name, value);
        break;
      case Kind::kSpread:
        add_spread(name, weight, value, squares);
        break;
      case Kind::kMean: {
        auto& e = entry(name, kind, 0.0);
        e.value += value;
        e.weight += weight;
        break;
      }
    }
  }
}

}  // namespace vrlt::metrics
