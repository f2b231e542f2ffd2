#include <algorithm>
#include <array>
#include <unordered_map>

#include "trainer/streams/online_streams.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/selection/strata.h"

namespace vrlt::trainer {
namespace {

constexpr size_t kNumKinds = std::tuple_size_v<selection::Mixture>;

/// Hard, medium and easy samples in shares that change with the step, each kind epoch after epoch.
class CurriculumStream final : public PromptStream {
 public:
  CurriculumStream(const settings::CurriculumRule& rule, const std::vector<data::Sample>& samples,
                   uint64_t seed)
      : knots_(settings::parse_mixture(rule.mixture)), seed_(seed) {
    sort_by_difficulty(rule.statistics, samples);
    for (const auto& of_kind : of_kind_)
      orders_.emplace_back(static_cast<int64_t>(of_kind.size()), seed_, /*shuffle=*/true);
    for (auto& knot : knots_) {
      for (size_t kind = 0; kind < kNumKinds; ++kind)
        if (of_kind_[kind].empty()) knot.weights[kind] = 0.0;
      if (knot.weights == selection::Mixture{})
        throw DataError(concat("online_selection.mixture: from step ", knot.step,
                               " on it takes kinds of samples that there are none of; by ",
                               rule.statistics, " ", of_kind_[0].size(), " are hard, ",
                               of_kind_[1].size(), " medium, ", of_kind_[2].size(), " easy"));
    }
  }

 private:
  void sort_by_difficulty(const std::filesystem::path& file,
                          const std::vector<data::Sample>& samples) {
    std::unordered_map<std::string, std::string> difficulties;
    io::for_each_jsonl(
        file, /*tolerate_torn_tail=*/false, [&](int64_t line, const io::Json& value) {
          const auto statistics =
              selection::parse_statistics(value, concat(file.string(), ":", line));
          difficulties[statistics.id] = selection::stratum_of(statistics, {"difficulty"});
        });
    for (size_t i = 0; i < samples.size(); ++i) {
      const auto found = difficulties.find(samples[i].id);
      if (found == difficulties.end())
        throw DataError(
            concat(file.string(), ": no statistics of sample ", samples[i].id,
                   "; run vrlt-select over all of data.records, or train on its selected.jsonl"));
      of_kind_.at(found->second == "hard"     ? 0
                  : found->second == "medium" ? 1
                                              : 2)
          .push_back(static_cast<int64_t>(i));
    }
  }

  using Counts = std::array<int64_t, kNumKinds>;

  int64_t draw(int64_t step, const Measure&) override {
    return sample_at(next_position(), step, drawn_);
  }

  std::vector<int64_t> preview(int64_t step, int64_t count) const override {
    std::vector<int64_t> samples;
    auto drawn = drawn_;
    for (int64_t position = next_position(); position < next_position() + count; ++position)
      samples.push_back(sample_at(position, step, drawn));
    return samples;
  }

  int64_t sample_at(int64_t position, int64_t step, Counts& drawn) const {
    const double uniform =
        random_uniform(seed_, stable_hash("curriculum"), static_cast<uint64_t>(position), 0);
    const auto kind = selection::draw_difficulty(selection::curriculum_at(knots_, step), uniform);
    return of_kind_[kind][static_cast<size_t>(orders_[kind].at(drawn[kind]++))];
  }

  io::Json own_state() const override { return {{"drawn", drawn_}}; }
  void restore_own(const io::OwnFields& state) override {
    const auto drawn = state.integers("drawn");
    if (drawn.size() != kNumKinds)
      state.fail("drawn", concat("a list of ", kNumKinds, " whole numbers"));
    std::copy(drawn.begin(), drawn.end(), drawn_.begin());
  }

  std::vector<selection::CurriculumKnot> knots_;
  uint64_t seed_;
  std::array<std::vector<int64_t>, kNumKinds> of_kind_;  ///< Indices of samples.
  std::vector<data::SampleOrder> orders_;                ///< Of the places in each of them.
  Counts drawn_{};                                       ///< Of each kind, over the whole run.
};

}  // namespace

template <>
std::unique_ptr<PromptStream> make_stream(const settings::CurriculumRule& rule,
                                          const std::vector<data::Sample>& samples, uint64_t seed) {
  return std::make_unique<CurriculumStream>(rule, samples, seed);
}

}  // namespace vrlt::trainer
