#include "data/converters/sampling_strategy.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/json.h"

namespace vrlt::data {
namespace {

/// Neither first 10 nor 10 %: how many of `count`, or -1.
int64_t read_amount(std::string_view text, int64_t count) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return -1;
  if (percent && number > 100) return -1;
  return percent ? (number * count + 99) / 100 : std::min(number, count);
}

std::vector<int64_t> range(int64_t begin, int64_t end) {
  std::vector<int64_t> indices(static_cast<size_t>(end - begin));
  std::iota(indices.begin(), indices.end(), begin);
  return indices;
}

}  // namespace

std::vector<int64_t> sampled_indices(const std::string& strategy, int64_t count,
                                     const std::string& key, const std::string& place) {
  if (strategy == "all") return range(0, count);
  const auto colon = strategy.find(':');
  const auto name = strategy.substr(0, colon);
  const int64_t amount = colon == std::string::npos
                             ? -1
                             : read_amount(std::string_view(strategy).substr(colon + 1), count);
  if (amount >= 0 && name == "first") return range(0, amount);
  if (amount >= 0 && name == "end") return range(count - amount, count);
  if (amount >= 0 && name == "random") {
    auto order = random_permutation(count, /*seed=*/0, stable_hash(key));
    order.resize(static_cast<size_t>(amount));
    return order;
  }
  throw DataError(
      concat(place, ": sampling_strategy ", io::excerpt(strategy),
             ", expected all, first:N, end:N or random:N with a number or a percentage"));
}

}  // namespace vrlt::data
