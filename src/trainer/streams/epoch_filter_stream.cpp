#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

#include "trainer/streams/online_streams.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::trainer {
namespace {

/// The samples of an epoch, chosen anew after each by what the policy can do by then.
class EpochFilterStream final : public PromptStream {
 public:
  EpochFilterStream(const settings::EpochFilterRule& rule, const std::vector<data::Sample>& samples,
                    uint64_t seed)
      : samples_(samples), filter_(rule.filter), seed_(seed), order_(0, seed_, true) {
    const auto all = static_cast<int64_t>(samples.size()), wanted = rule.epoch_size;
    const data::SampleOrder order(all, seed_, /*shuffle=*/true);
    std::vector<int64_t> first;
    for (int64_t i = 0; i < (wanted == 0 ? all : std::min(all, wanted)); ++i)
      first.push_back(order.at(i));
    start_epoch(0, std::move(first));
  }

 private:
  int64_t draw(int64_t, const Measure& measure) override {
    if (place_ == size()) choose_next(measure);
    return at_place(place_++);
  }

  /// The rest of the epoch: what comes after it is not known.
  std::vector<int64_t> preview(int64_t, int64_t count) const override {
    std::vector<int64_t> samples;
    for (int64_t place = place_; place < std::min(size(), place_ + count); ++place)
      samples.push_back(at_place(place));
    return samples;
  }

  int64_t size() const { return static_cast<int64_t>(epoch_samples_.size()); }
  int64_t at_place(int64_t place) const {
    return epoch_samples_[static_cast<size_t>(order_.at(epoch_ * size() + place))];
  }

  void choose_next(const Measure& measure) {
    std::vector<DrawnPrompt> prompts;
    for (const int64_t sample : epoch_samples_) prompts.push_back(at_next_position(sample));
    std::unordered_map<int64_t, double> means;
    for (const auto& [prompt, accuracy] : measure(prompts)) means[prompt.sample] = accuracy.mean;
    std::vector<selection::EpochScore> scores;
    for (const int64_t sample : epoch_samples_)
      scores.push_back({id_of(sample), means.contains(sample)
                                           ? means[sample]
                                           : std::numeric_limits<double>::quiet_NaN()});
    std::vector<std::string> pool;
    for (int64_t i = 0; i < static_cast<int64_t>(samples_.size()); ++i)
      if (!was_chosen_.contains(i)) pool.push_back(id_of(i));
    const auto ids = selection::next_epoch(scores, pool, filter_, seed_, epoch_);
    report(scores, pool.size(), ids.size());
    start_epoch(epoch_ + 1, ids.empty() ? epoch_samples_ : indices_of(ids));
  }

  void start_epoch(int64_t epoch, std::vector<int64_t> chosen) {
    epoch_ = epoch;
    place_ = 0;
    epoch_samples_ = std::move(chosen);
    was_chosen_.insert(epoch_samples_.begin(), epoch_samples_.end());
    order_ =
        data::SampleOrder(static_cast<int64_t>(epoch_samples_.size()), seed_, /*shuffle=*/true);
  }

  std::vector<int64_t> indices_of(const std::vector<std::string>& ids) const {
    const auto known = indices_by_id(samples_);
    std::vector<int64_t> indices;
    for (const auto& id : ids) indices.push_back(known.at(id));
    return indices;
  }

  void report(const std::vector<selection::EpochScore>& scores, size_t pool, size_t chosen) const {
    const auto count = [&](auto&& holds) {
      return std::count_if(scores.begin(), scores.end(), holds);
    };
    const auto mastered = count([&](const auto&score) { return score.mean > filter_.max_mean; }),
               hopeless = count([&](const auto&score) { return score.mean <= filter_.min_mean; });
    const auto story =
        concat("epoch ", epoch_ + 1, " is over: of ", epoch_samples_.size(), " samples ", mastered,
               " are mastered (mean accuracy above ", filter_.max_mean, "), ", hopeless,
               " hopeless (up to ", filter_.min_mean, ")");
    if (chosen == 0)
      log::warning(
          concat(story, "; none is left and the pool is spent, going on with the same ones"));
    else
      log::info(concat(story, "; the next epoch has ", chosen, ", from a pool of ", pool));
  }

  io::Json own_state() const override {
    return {{"epoch", epoch_},
            {"place", place_},
            {"samples", ids_of(epoch_samples_)},
            {"was_chosen", ids_of(was_chosen_)}};
  }

  void restore_own(const io::OwnFields& state) override {
    const auto known = indices_by_id(samples_);
    auto chosen = stored_indices(state, "samples", known);
    const auto earlier = stored_indices(state, "was_chosen", known);
    const auto epoch = state.integer("epoch"), place = state.integer("place");
    if (chosen.empty()) state.fail("samples", "the samples of the epoch");
    if (place > std::ssize(chosen))
      state.fail("place", concat("at most ", chosen.size(), ", the samples of the epoch"));
    was_chosen_ = {earlier.begin(), earlier.end()};
    start_epoch(epoch, std::move(chosen));
    place_ = place;
  }

  static std::vector<int64_t> stored_indices(
      const io::OwnFields& state, const char* name,
      const std::unordered_map<std::string_view, int64_t>& known) {
    std::vector<int64_t> indices;
    for (const auto& id : state.texts(name)) {
      const auto found = known.find(id);
      if (found == known.end())
        throw DataError(
            concat(state.place_of(name), ": ", io::excerpt(id), " is in none of data.records"));
      indices.push_back(found->second);
    }
    return indices;
  }

  const std::string& id_of(int64_t index) const { return samples_[static_cast<size_t>(index)].id; }

  template <typename Indices>
  io::Json ids_of(const Indices& indices) const {
    io::Json ids = io::Json::array();
    for (const int64_t index : indices) ids.push_back(id_of(index));
    return ids;
  }

  const std::vector<data::Sample>& samples_;
  selection::EpochFilterConfig filter_;
  uint64_t seed_;
  int64_t epoch_ = 0, place_ = 0;       ///< Place: how many of the epoch were drawn.
  std::vector<int64_t> epoch_samples_;  ///< Indices.
  std::set<int64_t> was_chosen_;        ///< For this epoch or one before.
  data::SampleOrder order_;             ///< Of the places in epoch_samples_.
};

}  // namespace

template <>
std::unique_ptr<PromptStream> make_stream(const settings::EpochFilterRule& rule,
                                          const std::vector<data::Sample>& samples, uint64_t seed) {
  return std::make_unique<EpochFilterStream>(rule, samples, seed);
}

}  // namespace vrlt::trainer
