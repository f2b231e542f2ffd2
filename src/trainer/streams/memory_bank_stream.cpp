#include <algorithm>
#include <set>

#include "trainer/streams/online_streams.h"

namespace vrlt::trainer {
namespace {

/// All samples, epoch after epoch, and in place of groups that hardly vary prompts whose groups
/// did.
class MemoryBankStream final : public PromptStream {
 public:
  MemoryBankStream(const settings::MemoryBankRule& rule, const std::vector<data::Sample>& samples,
                   uint64_t seed)
      : samples_(samples),
        order_(static_cast<int64_t>(samples.size()), seed, /*shuffle=*/true),
        bank_(rule.bank),
        index_of_(indices_by_id(samples)) {}

  bool replays() const override { return true; }

  Replay replay(const std::vector<GroupAccuracy>& groups) override {
    std::set<std::string> ids;
    std::vector<std::pair<double, int64_t>> low;  // variance, position
    for (const auto& group : groups) {
      ids.insert(id_of(group));
      const double variance = selection::normalized_variance(group.accuracy);
      if (!bank_.observe(id_of(group), variance)) low.emplace_back(variance, group.prompt.position);
    }
    std::sort(low.begin(), low.end());
    Replay replay;
    for (const auto& id : bank_.take(static_cast<int64_t>(low.size()), ids)) {
      replay.left_out.push_back(low[replay.instead.size()].second);
      replay.instead.push_back(at_next_position(index_of_.at(id)));
    }
    return replay;
  }

  void observe(const std::vector<GroupAccuracy>& groups) override {
    for (const auto& group : groups)
      bank_.observe(id_of(group), selection::normalized_variance(group.accuracy));
  }

 private:
  const std::string& id_of(const GroupAccuracy& group) const {
    return samples_[static_cast<size_t>(group.prompt.sample)].id;
  }
  int64_t draw(int64_t, const Measure&) override { return order_.at(drawn_++); }
  std::vector<int64_t> preview(int64_t, int64_t count) const override {
    return samples_in_order(order_, drawn_, count);
  }
  io::Json own_state() const override { return {{"drawn", drawn_}, {"bank", bank_.state()}}; }
  void restore_own(const io::OwnFields& state) override {
    const auto drawn = state.integer("drawn");
    bank_.restore(state.object("bank"));
    drawn_ = drawn;
  }

  const std::vector<data::Sample>& samples_;
  data::SampleOrder order_;
  selection::MemoryBank bank_;
  std::unordered_map<std::string_view, int64_t> index_of_;
  int64_t drawn_ = 0;
};

}  // namespace

template <>
std::unique_ptr<PromptStream> make_stream(const settings::MemoryBankRule& rule,
                                          const std::vector<data::Sample>& samples, uint64_t seed) {
  return std::make_unique<MemoryBankStream>(rule, samples, seed);
}

}  // namespace vrlt::trainer
