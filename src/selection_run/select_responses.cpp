#include "vrlt/selection_run/select_responses.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/random.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/rollout/asking.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection_run/selection_record.h"
#include "vrlt/selection_run/stored_rollouts.h"
#include "vrlt/settings/generation.h"
#include "vrlt/settings/reward_section.h"
#include "vrlt/trainer/same_weights.h"
#include "vrlt/trainer/step/reward_inputs.h"

namespace vrlt::selection_run {
namespace {

// Rounds that follow that of all samples.
constexpr const char* kDoubtful = "doubtful";  // racing: what the first draws did not park
constexpr const char* kParked = "parked";      // racing: a share of what they did
constexpr const char* kNearCut = "near_cut";

// responses that nothing else has drawn
constexpr uint64_t kFirstAuditDraw = uint64_t{1} << 40;
// apart from all draws of responses
constexpr uint64_t kAuditChoice = std::numeric_limits<uint64_t>::max() - 2;

struct Draws {
  uint64_t first = 0;
  int64_t count = 0;
};

/// A sample that failed in the first round and is asked once more draws the whole group.
Draws draws_of(const std::string& round, bool is_retry, const settings::SelectConfig& config) {
  const int64_t group = config.rollout.group_size, first = config.racing.first_draws;
  if (round.empty()) return {0, is_retry || first == 0 ? group : first};
  if (round == kNearCut) return {static_cast<uint64_t>(group), config.racing.near_cut_draws};
  if (round == kAuditRound) return {kFirstAuditDraw, group};
  return {static_cast<uint64_t>(first), group - first};
}

/// The statistics of one round, with the index of their samples.
std::map<size_t, selection::SampleStatistics> statistics_of_round(const ResponseStore& store,
                                                                  const std::string& round) {
  std::map<size_t, selection::SampleStatistics> statistics;
  store.for_each(round, [&](size_t sample, const io::Json& line) {
    if (!store.failed(line)) statistics.emplace(sample, statistics_of(line, store.sample(sample)));
  });
  return statistics;
}

/// The summary of all draws of a sample that a selection is made from; none if it could not be
/// asked.
std::optional<io::Json> summary_of_sample(const ResponseStore& store, size_t sample) {
  constexpr const char* kRounds[] = {"", kDoubtful, kParked, kNearCut};
  std::optional<io::Json> all;
  for (auto& line : store.lines_about(sample, kRounds)) {
    if (store.failed(line)) continue;
    all = all ? joined(*all, line) : std::move(line);
  }
  return all;
}

std::vector<size_t> after_first_draws(const ResponseStore& store,
                                      const settings::SelectConfig& config, bool parked) {
  std::vector<size_t> samples;
  for (const auto& [sample, statistics] : statistics_of_round(store, "")) {
    const bool is_parked = selection::is_parked(statistics, config.filter);
    if (is_parked == parked &&
        (!parked || selection::is_redrawn(statistics, config.racing, config.seed)))
      samples.push_back(sample);
  }
  return samples;
}

/// Positions in the records of what `indices` are among the samples that could be asked.
std::vector<size_t> samples_of(const std::vector<size_t>& indices, const ResponseStore& store) {
  std::vector<size_t> positions, samples;
  for (size_t sample = 0; sample < store.num_samples(); ++sample)
    if (summary_of_sample(store, sample)) positions.push_back(sample);
  for (const size_t i : indices) samples.push_back(positions[i]);
  return samples;
}

/// Before anything is drawn: a selection of another kind has no cut, or one whose error is not
/// known. Once they are drawn, any may follow.
void check_near_cut(const settings::SelectConfig& config, const ResponseStore& store) {
  const auto& filter = config.filter;
  const bool known =
      filter.choose == "top_k" && filter.score == "posterior" && !filter.inverse_density;
  if (config.racing.near_cut_draws > 0 && !store.has_round(kNearCut) && !known)
    throw ConfigError(
        "racing.near_cut_draws needs filter.choose: top_k and filter.score: posterior, without "
        "inverse_density");
}

/// Those near the cut, of the samples that have drawn the whole group.
std::vector<size_t> near_cut(const ResponseStore& store, const settings::SelectConfig& config) {
  std::set<size_t> whole;
  for (const char* round : {kDoubtful, kParked})
    store.for_each(round, [&](size_t sample, const io::Json& line) {
      if (!store.failed(line)) whole.insert(sample);
    });
  auto samples =
      samples_of(selection::near_cut(stored_statistics(store), config.filter, config.seed), store);
  std::erase_if(samples, [&](size_t sample) { return !whole.contains(sample); });
  return samples;
}

std::vector<size_t> to_audit(const std::vector<selection::SampleStatistics>& statistics,
                             const settings::SelectConfig& config) {
  const auto decisions = selection::select_samples(statistics, config.filter, config.seed);
  std::vector<std::pair<double, size_t>> selected;
  for (size_t i = 0; i < decisions.size(); ++i)
    if (decisions[i].selected)
      selected.emplace_back(
          random_uniform(config.seed, stable_hash(decisions[i].id), kAuditChoice, 0), i);
  std::sort(selected.begin(), selected.end());
  const auto share =
      static_cast<size_t>(std::ceil(config.audit.fraction * static_cast<double>(selected.size())));
  selected.resize(
      std::min(selected.size(), std::max(share, static_cast<size_t>(config.audit.min_samples))));
  std::vector<size_t> indices;
  for (const auto& [number, i] : selected) indices.push_back(i);
  std::sort(indices.begin(), indices.end());
  return indices;
}

/// Begins the next round that the config asks for; false if there is none.
bool begin_next_round(const settings::SelectConfig& config, ResponseStore& store) {
  const bool races = config.racing.first_draws > 0;
  if (races && !store.has_round(kDoubtful)) {
    store.begin_round(kDoubtful, after_first_draws(store, config, /*parked=*/false));
  } else if (races && !store.has_round(kParked)) {
    auto parked = after_first_draws(store, config, /*parked=*/true);
    std::set<size_t> drawn;  // by a filter that has changed since
    store.for_each(kDoubtful, [&](size_t sample, const io::Json&) { drawn.insert(sample); });
    std::erase_if(parked, [&](size_t sample) { return drawn.contains(sample); });
    store.begin_round(kParked, parked);
  } else if (config.racing.near_cut_draws > 0 && !store.has_round(kNearCut)) {
    store.begin_round(kNearCut, near_cut(store, config));
  } else if (config.audit.fraction > 0 && !store.has_round(kAuditRound)) {
    store.begin_round(kAuditRound, samples_of(to_audit(stored_statistics(store), config), store));
  } else {
    return false;
  }
  return true;
}

/// A model and what its responses earn.
class Asker {
 public:
  Asker(const settings::SelectConfig& config, const ResponseStore& store,
        distributed::ProcessGroup& group)
      : config_(config),
        opened_(opening::open_model(config.model, config.data, {config.video, config.image},
                                    config.seed)),
        asking_(*opened_.model, *opened_.processor),
        cache_tokens_(opening::cache_tokens(config.model, config.data, {config.video, config.image},
                                            config.rollout, config.batch, store.samples())),
        reward_(settings::reward_function(config.rewards, config.reward_options,
                                          config.rollout.max_new_tokens)) {
    for (const auto& folder : opening::model_paths(config.model))
      distributed::check_same_model_folder(group, folder);
    trainer::check_same_weights(group, *opened_.model, "at the start");
  }

  /// A line for each sample of the next batch.
  std::vector<io::Json> ask(const ResponseStore& store) {
    const auto draws = draws_of(store.round(), store.is_retry(), config_);
    opened_.loader->prefetch(store.coming_samples());
    const auto loaded = rollout::load_prompts(*opened_.loader, store.next_samples());
    auto generation = settings::generation_config(config_.rollout, config_.seed, draws.count);
    generation.cache_tokens = cache_tokens_;
    const auto groups = asking_.ask(loaded, draws.first, generation);
    std::vector<rewards::ResponseGroup> batch;
    for (size_t i = 0; i < loaded.size(); ++i)
      batch.push_back({trainer::reward_inputs(*loaded[i].sample, groups[i], config_.data.prompt)});
    const auto scores = reward_.score(batch);
    std::vector<io::Json> lines;
    for (size_t i = 0; i < loaded.size(); ++i)
      lines.push_back(loaded[i].can_be_asked()
                          ? rollout_line(*loaded[i].sample, groups[i], reward_, scores[i].responses)
                          : io::Json{{"id", loaded[i].sample->id}, {kErrorKey, loaded[i].error}});
    return lines;
  }

 private:
  const settings::SelectConfig& config_;
  opening::OpenedModel opened_;
  rollout::Asking asking_;
  int64_t cache_tokens_;
  rewards::RewardFunction reward_;
};

/// The bar of a round.
class RoundProgress {
 public:
  explicit RoundProgress(const ResponseStore& store)
      : round_(store.round()),
        size_(static_cast<int64_t>(store.round_size())),
        bar_(round_.empty() ? "select" : "select: " + round_, size_,
             static_cast<int64_t>(store.round_done())) {}

  const std::string& round() const { return round_; }
  void update(const ResponseStore& store) {
    const bool goes_on = !store.asked_all() && store.round() == round_;
    bar_.update(goes_on ? static_cast<int64_t>(store.round_done()) : size_);
  }

 private:
  std::string round_;
  int64_t size_;
  metrics::ProgressBar bar_;
};

}  // namespace

void collect_responses(const settings::SelectConfig& config, ResponseStore& store,
                       distributed::ProcessGroup& group, const std::function<void()>& check_model) {
  check_near_cut(config, store);
  std::optional<Asker> asker;
  std::optional<RoundProgress> progress;
  for (;;) {
    while (store.asked_all() && begin_next_round(config, store)) continue;
    if (store.complete()) return;
    if (store.is_retry() &&
        !group.any(group.is_first() && std::filesystem::exists(config.model.path))) {
      log::warning(concat(store.round_size(), " samples could not be asked and stay so: ",
                          config.model.path, " is gone"));
      return;
    }
    if (!asker && group.is_first()) check_model();
    if (!asker) {
      asker.emplace(config, store, group);
      if (group.is_first())
        opening::tell_what_is_not_followed(config.model, config.data, store.samples());
    }
    if (group.is_first() && (!progress || progress->round() != store.round()))
      progress.emplace(store);
    store.append(asker->ask(store));
    if (progress) progress->update(store);
  }
}

std::vector<selection::SampleStatistics> stored_statistics(const ResponseStore& store) {
  std::vector<selection::SampleStatistics> statistics;
  for (size_t sample = 0; sample < store.num_samples(); ++sample)
    if (const auto summary = summary_of_sample(store, sample))
      statistics.push_back(statistics_of(*summary, store.sample(sample)));
  return statistics;
}

std::vector<selection::SampleStatistics> audited_statistics(const ResponseStore& store) {
  std::vector<selection::SampleStatistics> statistics;
  for (auto& [sample, fresh] : statistics_of_round(store, kAuditRound))
    statistics.push_back(std::move(fresh));
  return statistics;
}

selection::MissRate miss_rate(const settings::SelectConfig& config, const ResponseStore& store,
                              const std::vector<selection::SampleStatistics>& statistics) {
  selection::MissRate rate;
  if (!store.has_round(kDoubtful)) return rate;
  // A sample that was asked once more has drawn the whole group at once.
  for (const auto& [sample, first] : statistics_of_round(store, ""))
    rate.parked += first.reward.draws() == config.racing.first_draws;
  store.for_each(kDoubtful, [&](size_t, const io::Json&) { --rate.parked; });
  std::map<std::string, const selection::SampleStatistics*> by_id;
  for (const auto& s : statistics) by_id[s.id] = &s;
  store.for_each(kParked, [&](size_t sample, const io::Json& line) {
    if (store.failed(line)) return;
    ++rate.redrawn;
    rate.missed +=
        selection::failed_requirement(*by_id.at(store.sample(sample).id), config.filter) == nullptr;
  });
  return rate;
}

}  // namespace vrlt::selection_run
