#include <algorithm>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {
namespace {

constexpr int64_t kGroupSizes[] = {8, 16};  // of training, for the chance of a signal

io::Json optional_number(const std::optional<double>& value) {
  return value ? io::Json(*value) : io::Json(nullptr);
}

io::Json to_json(const RewardStatistics& s) {
  io::Json json = {{"mode", s.continuous ? "continuous" : "discrete"},
                   {"K", s.draws()},
                   {"rewards", s.rewards},
                   {"mean", s.mean},
                   {"var", s.variance},
                   {"std", s.std},
                   {"var_pop", s.population_variance},
                   {"min", s.min},
                   {"max", s.max},
                   {"gap", s.gap},
                   {"q25", s.q25},
                   {"q75", s.q75},
                   {"c", s.num_correct}};
  if (s.continuous)
    for (size_t i = 0; i < kThresholds.size(); ++i)
      json[concat("c_", kThresholds[i])] = s.num_above[i];
  json["post_var"] = posterior_variance(s.successes());
  for (const int64_t size : kGroupSizes)
    json[concat("p_inf@", size)] = mixed_probability(s.successes(), size);
  for (int64_t k = 1; k <= s.draws(); k *= 2)
    json[concat("pass@", k)] = pass_at_k(s.successes(), k);
  return json;
}

void add_answers(const SampleStatistics& s, io::Json& json) {
  std::map<std::string, int64_t> counts;
  int64_t most = 0;
  for (const auto& answer : s.answers)
    if (!answer.empty()) most = std::max(most, ++counts[answer]);
  json["answers"] = s.answers;
  json["n_distinct"] = counts.size();
  json["maj_share"] =
      s.answers.empty() ? 0.0 : static_cast<double>(most) / static_cast<double>(s.answers.size());
}

/// Reads fields of a line; every failure names the place, the field and what was expected.
class LineReader {
 public:
  LineReader(const io::Json& line, const std::string& origin) : line_(line), origin_(origin) {
    if (!line.is_object())
      throw DataError(concat(origin, ": expected an object, found ", io::excerpt(line)));
  }
  template <typename T>
  T get(const char* name, bool (io::Json::*is_kind)() const noexcept, const char* expected) const {
    const auto found = line_.find(name);
    if (found == line_.end() || !((*found).*is_kind)()) fail(name, expected);
    return found->template get<T>();
  }
  std::string text(const char* name) const {
    return get<std::string>(name, &io::Json::is_string, "text");
  }
  int64_t integer(const char* name) const {
    return get<int64_t>(name, &io::Json::is_number_integer, "an integer");
  }
  double number(const char* name) const {
    return get<double>(name, &io::Json::is_number, "a number");
  }
  std::optional<double> number_or_null(const char* name) const {
    const auto found = line_.find(name);
    return found == line_.end() || found->is_null() ? std::nullopt : std::optional(number(name));
  }
  template <typename T>
  std::vector<T> list(const char* name, bool (io::Json::*is_kind)() const noexcept,
                      const char* expected) const {
    const auto found = line_.find(name);
    if (found == line_.end() || !found->is_array()) fail(name, expected);
    std::vector<T> values;
    for (const auto& item : *found) {
      if (!(item.*is_kind)()) fail(name, expected);
      values.push_back(item.get<T>());
    }
    return values;
  }
  RewardStatistics reward() const {
    auto rewards = list<double>("rewards", &io::Json::is_number, "a list of numbers");
    if (rewards.empty()) fail("rewards", "at least one number");
    return reward_statistics(std::move(rewards), text("mode") == "continuous");
  }
  std::map<std::string, RewardStatistics> parts() const {
    std::map<std::string, RewardStatistics> parts;
    if (const auto found = line_.find("parts"); found != line_.end())
      for (const auto& [name, part] : found->items())
        parts[name] = LineReader(part, concat(origin_, ": part ", name)).reward();
    return parts;
  }

 private:
  [[noreturn]] void fail(const char* name, const char* expected) const {
    throw DataError(concat(origin_, ": \"", name, "\" is ",
                           line_.contains(name) ? io::excerpt(line_[name]) : "missing",
                           ", expected ", expected));
  }
  const io::Json& line_;
  const std::string& origin_;
};

}  // namespace

io::Json to_json(const SampleStatistics& s) {
  io::Json json = {{"id", s.id},
                   {"key", s.key},
                   {"task", s.task},
                   {"source", s.source},
                   {"video", s.video},
                   {"duration", optional_number(s.duration)},
                   {"n_options", s.num_options},
                   {"gt_len_frac", optional_number(s.gt_fraction)},
                   {"n_parsed", s.num_parsed},
                   {"n_truncated", s.num_truncated},
                   {"mean_len", s.mean_length}};
  add_answers(s, json);
  json.update(to_json(s.reward));
  for (const auto& [name, part] : s.parts) json["parts"][name] = to_json(part);
  return json;
}

SampleStatistics parse_statistics(const io::Json& line, const std::string& origin) {
  const LineReader reader(line, origin);
  return {.id = reader.text("id"),
          .task = reader.text("task"),
          .source = reader.text("source"),
          .video = reader.text("video"),
          .duration = reader.number_or_null("duration"),
          .gt_fraction = reader.number_or_null("gt_len_frac"),
          .num_options = reader.integer("n_options"),
          .reward = reader.reward(),
          .parts = reader.parts(),
          .answers = reader.list<std::string>("answers", &io::Json::is_string, "a list of texts"),
          .num_parsed = reader.integer("n_parsed"),
          .num_truncated = reader.integer("n_truncated"),
          .mean_length = reader.number("mean_len")};
}

}  // namespace vrlt::selection
