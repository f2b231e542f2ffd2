#include "trainer/step/adaptive_state.h"

#include "vrlt/algorithm/entropy.h"
#include "vrlt/algorithm/kl.h"
#include "vrlt/io/own_fields.h"

namespace vrlt::trainer {

void check_adaptive_state(const io::Json& state) {
  const io::OwnFields fields(state, "state.json: trainer");
  for (const char* name : {"kl_reward_coef", "entropy_coef", "last_entropy"})
    if (fields.has(name)) fields.number(name);
}

AdaptiveState::AdaptiveState(const settings::AlgorithmSection& algorithm, io::Json& state)
    : algorithm_(algorithm),
      state_(state),
      kl_reward_coef_(state.value("kl_reward_coef", algorithm.kl_reward.coef)),
      entropy_coef_(state.value("entropy_coef", algorithm.objective.entropy.coef)),
      last_entropy_(state.value("last_entropy", 0.0)) {}

double AdaptiveState::entropy_coef() const {
  const auto& entropy = algorithm_.objective.entropy;
  if (!adapts_to_entropy()) return entropy.coef;
  return last_entropy_ <= *entropy.target ? entropy_coef_ : 0.0;
}

void AdaptiveState::adapt_to_divergence(const std::vector<ResponseRow>& rows) {
  const auto& kl = algorithm_.kl_reward;
  if (kl.coef == 0 || !kl.target || rows.empty()) return;
  double mean = 0.0;
  for (const auto& row : rows)
    mean += row.divergence / static_cast<double>(row.length) / static_cast<double>(rows.size());
  kl_reward_coef_ = algorithm::adapted_kl_coef(kl_reward_coef_, mean, *kl.target,
                                               static_cast<int64_t>(rows.size()), kl.horizon);
}

bool AdaptiveState::adapts_to_entropy() const {
  const auto& entropy = algorithm_.objective.entropy;
  return entropy.coef > 0 && entropy.target.has_value();
}

void AdaptiveState::adapt_to_entropy(double entropy) {
  entropy_coef_ =
      algorithm::adapted_entropy_coef(entropy_coef_, entropy, *algorithm_.objective.entropy.target);
  last_entropy_ = entropy;
}

void AdaptiveState::store() {
  if (algorithm_.kl_reward.target) state_["kl_reward_coef"] = kl_reward_coef_;
  if (!adapts_to_entropy()) return;
  state_["entropy_coef"] = entropy_coef_;
  state_["last_entropy"] = last_entropy_;
}

}  // namespace vrlt::trainer
