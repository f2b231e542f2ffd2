#include "vrlt/rewards/scorer.h"

namespace vrlt::rewards {
namespace {

class ResponseScorer : public Scorer {
 public:
  explicit ResponseScorer(ResponseReward reward) : reward_(std::move(reward)) {}

  std::vector<std::vector<RewardOutput>> score(std::span<const GroupInput> batch) override {
    std::vector<std::vector<RewardOutput>> outputs(batch.size());
    for (size_t i = 0; i < batch.size(); ++i)
      for (const auto& response : batch[i].responses) outputs[i].push_back(reward_(response));
    return outputs;
  }

 private:
  ResponseReward reward_;
};

class GroupScorer : public Scorer {
 public:
  explicit GroupScorer(GroupReward reward) : reward_(std::move(reward)) {}

  std::vector<std::vector<RewardOutput>> score(std::span<const GroupInput> batch) override {
    std::vector<std::vector<RewardOutput>> outputs;
    for (const auto& group : batch) outputs.push_back(reward_(group));
    return outputs;
  }

  bool compares() const override { return true; }

 private:
  GroupReward reward_;
};

}  // namespace

std::unique_ptr<Scorer> scorer_of(ResponseReward reward) {
  return std::make_unique<ResponseScorer>(std::move(reward));
}
std::unique_ptr<Scorer> scorer_of(GroupReward reward) {
  return std::make_unique<GroupScorer>(std::move(reward));
}

}  // namespace vrlt::rewards
