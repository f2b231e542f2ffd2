#include "vrlt/scoring/score.h"

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <unordered_map>

#include "scoring/open_groups.h"
#include "scoring/score_report.h"
#include "vrlt/check/purposes.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/record_file.h"
#include "vrlt/evaluation/answer.h"
#include "vrlt/io/files.h"
#include "vrlt/io/output_file.h"
#include "vrlt/metrics/metric.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::scoring {
namespace {

constexpr int kExpectedNotMet = 1;

/// Reads completions, each with the record it answers.
class CompletionReader {
 public:
  CompletionReader(const std::vector<std::filesystem::path>& records,
                   const rewards::RewardFunction& reward)
      : reward_(reward) {
    if (!records.empty())
      for (auto& sample : data::load_samples(records)) {
        const auto id = sample.id;
        samples_.emplace(id, std::make_shared<const data::Sample>(std::move(sample)));
      }
  }

  std::vector<ScoredCompletion> read(const io::Json& line, const std::string& place) const {
    if (line.is_object() && !line.contains("completion") && line.contains("err"))
      return read_answer(line, place);
    return {read_completion(line, place)};
  }

 private:
  /// A line of samples.jsonl of vrlt-eval, which may hold several responses.
  std::vector<ScoredCompletion> read_answer(const io::Json& line, const std::string& place) const {
    const auto answer = evaluation::parse_answer(line, place);
    if (!answer.error.empty())
      throw DataError(concat(place, ": ", io::excerpt(answer.id), " has no answer: ", answer.error,
                             "; vrlt-eval asks it again"));
    std::vector<ScoredCompletion> completions;
    for (const auto& response : answer.responses)
      completions.push_back({.place = place,
                             .sample = sample_of(line, place),
                             .text = response.text,
                             .num_tokens = response.num_tokens,
                             .truncated = response.truncated});
    return completions;
  }

  ScoredCompletion read_completion(const io::Json& line, const std::string& place) const {
    if (!line.is_object() || !line.contains("completion") || !line["completion"].is_string())
      throw DataError(place + ": expected an object with a text \"completion\"");
    ScoredCompletion completion{.place = place,
                                .sample = sample_of(line, place),
                                .text = line["completion"].get<std::string>()};
    completion.num_tokens = count(line, "num_tokens", place);
    completion.truncated = flag(line, "truncated", place);
    completion.control = flag(line, "control", place);
    if (line.contains("expected")) read_expected(line["expected"], completion);
    return completion;
  }

  std::shared_ptr<const data::Sample> sample_of(const io::Json& line,
                                                const std::string& place) const {
    if (samples_.empty())
      return std::make_shared<const data::Sample>(data::parse_sample(line, place));
    if (!line.contains("id") || !line["id"].is_string())
      throw DataError(place + ": expected a text \"id\", to find the record");
    const auto found = samples_.find(line["id"].get<std::string>());
    if (found == samples_.end())
      throw DataError(concat(place, ": id ", io::to_line(line["id"]), " is not in the records"));
    return found->second;
  }

  static int64_t count(const io::Json& line, const char* key, const std::string& place) {
    if (!line.contains(key)) return 0;
    if (!line[key].is_number_integer() || line[key].get<int64_t>() < 0)
      throw DataError(concat(place, ": expected a count \"", key, "\""));
    return line[key].get<int64_t>();
  }

  static bool flag(const io::Json& line, const char* key, const std::string& place) {
    if (!line.contains(key)) return false;
    if (!line[key].is_boolean())
      throw DataError(concat(place, ": expected true or false as \"", key, "\""));
    return line[key].get<bool>();
  }

  void read_expected(const io::Json& expected, ScoredCompletion& completion) const {
    if (expected.is_number()) {
      completion.expected = {{"total", expected.get<double>()}};
      return;
    }
    const auto malformed = [&] {
      return DataError(concat(completion.place,
                              ": expected \"expected\" to be a number, or an object of numbers "
                              "named total or after a reward of the run"));
    };
    if (!expected.is_object()) throw malformed();
    for (const auto& [name, value] : expected.items()) {
      if (!value.is_number() || !is_known(name)) throw malformed();
      completion.expected.emplace_back(name, value.get<double>());
    }
  }

  bool is_known(const std::string& name) const {
    if (name == "total") return true;
    for (const auto& term : reward_.terms())
      if (term.name == name) return true;
    return false;
  }

  const rewards::RewardFunction& reward_;
  std::unordered_map<std::string, std::shared_ptr<const data::Sample>> samples_;
};

void for_each_completion(const ScoreRequest& request, const CompletionReader& reader,
                         const std::function<void(ScoredCompletion completion)>& visit) {
  data::for_each_record(request.completions, [&](const std::string& place, const io::Json& line) {
    for (auto& completion : reader.read(line, place)) visit(std::move(completion));
  });
}

/// Reads the whole file once before anything is scored: what is wrong with a line is said first.
GroupSizes checked_sizes(const ScoreRequest& request, const CompletionReader& reader) {
  GroupSizes sizes;
  bool is_empty = true;
  for_each_completion(request, reader, [&](const ScoredCompletion& completion) {
    sizes.count(completion.sample->id);
    is_empty = false;
  });
  if (is_empty) throw DataError(request.completions.string() + ": no completions");
  return sizes;
}

/// Says which records and rewards do not fit each other. @throws as check::tell.
void match_records(const ScoreRequest& request, const CompletionReader& reader,
                   const check::Purpose& purpose) {
  std::unordered_map<std::string, std::shared_ptr<const data::Sample>> kept;
  check::Samples samples;
  for_each_completion(request, reader, [&](const ScoredCompletion& completion) {
    if (kept.emplace(completion.sample->id, completion.sample).second)
      samples.push_back(completion.sample.get());
  });
  check::tell(check::match(samples, purpose), samples.size());
}

/// The value under a name, if the reward applies.
std::optional<double> value_of(const ScoredCompletion& completion, const std::string& name,
                               const std::vector<rewards::RewardTerm>& terms) {
  if (name == "total") return completion.scored.total;
  for (size_t k = 0; k < terms.size(); ++k)
    if (terms[k].name == name && completion.scored.components[k].applicable)
      return completion.scored.components[k].value;
  return {};
}

void compare_with_expected(ScoredCompletion& completion,
                           const std::vector<rewards::RewardTerm>& terms, double tolerance) {
  for (const auto& [name, expected] : completion.expected) {
    const auto value = value_of(completion, name, terms);
    if (!value)
      completion.misses.push_back(
          concat(name, ": expected ", expected, ", does not apply to the task"));
    else if (!(std::abs(*value - expected) <= tolerance))
      completion.misses.push_back(concat(name, ": expected ", expected, ", got ", *value));
  }
}

void add_to_means(const ScoredCompletion& completion, const std::vector<rewards::RewardTerm>& terms,
                  metrics::MetricSet& means) {
  for (size_t k = 0; k < terms.size(); ++k)
    if (completion.scored.components[k].applicable)
      means.mean(terms[k].name, completion.scored.components[k].value);
  means.mean("total", completion.scored.total);
}

}  // namespace

void use_rewards_of(const std::filesystem::path& train_config, ScoreRequest& request) {
  auto config = settings::load_train_config(train_config, {});
  rewards::greet(config.reward_options);
  for (const auto& [name, weight] : config.rewards) request.terms.push_back({name, weight});
  request.options = config.reward_options;
  request.options.max_tokens = config.rollout.max_new_tokens;
  request.purpose = check::purpose_of(config);
}

void add_command(const std::string& line, ScoreRequest& request) {
  request.options.parameters.get<rewards::RewardCommands>().items.push_back({.command = line});
  request.terms.push_back({line, 1.0});
}

int run_score(const ScoreRequest& request) {
  if (request.junit) {
    auto inputs = request.records;
    inputs.push_back(request.completions);
    io::refuse_input_as_output("--junit", *request.junit, inputs);
  }
  const rewards::RewardFunction reward(request.terms, request.options);
  const CompletionReader reader(request.records, reward);
  const auto sizes = checked_sizes(request, reader);
  if (request.purpose) match_records(request, reader, *request.purpose);
  metrics::MetricSet means;
  JunitReport junit;
  size_t failed = 0, total = 0;
  OpenGroups groups(sizes, reward, [&](ScoredCompletion& completion) {
    ++total;
    if (completion.control) return;
    compare_with_expected(completion, reward.terms(), request.tolerance);
    failed += !completion.misses.empty();
    const auto text = request.explain ? score_explanation(completion, reward.terms())
                                      : score_line(completion, reward.terms());
    std::fwrite(text.data(), 1, text.size(), stdout);
    add_to_means(completion, reward.terms(), means);
    if (request.junit) junit.add(completion, reward.terms());
  });
  for_each_completion(request, reader,
                      [&](ScoredCompletion completion) { groups.add(std::move(completion)); });
  groups.finish();
  for (const auto& [name, value] : means.values())
    std::fprintf(stderr, "%-25s %.6f\n", name.c_str(), value);
  if (request.junit) io::write_file_atomic(*request.junit, junit.text());
  if (failed == 0) return 0;
  std::fprintf(stderr, "%zu of %zu completions do not have the expected reward\n", failed, total);
  return kExpectedNotMet;
}

}  // namespace vrlt::scoring
