#include "vrlt/rollout/rollout_engine.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "model/layers/few_rows.h"
#include "rollout/token_draw.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/model/vision_features.h"

namespace vrlt::rollout {
namespace {

at::Tensor never_drawn(const model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer, const std::vector<int64_t>& never_sampled) {
  const auto& head = model.head_weight();
  auto mask = at::zeros({head.size(0)}, at::kBool);
  for (const int64_t id : never_sampled) {
    VRLT_CHECK(id >= 0 && id < head.size(0), "token ", id, " outside the vocabulary of ", head.size(0));
    mask[id].fill_(true);
  }
  // Rows that only pad the embedding have no token.
  if (tokenizer.vocab_size() < head.size(0)) mask.narrow(0, tokenizer.vocab_size(), head.size(0) - tokenizer.vocab_size()).fill_(true);
  return mask.to(head.device());
}

/// The responses of one generate() that still grow.
class Generation {
 public:
  Generation(model::VisionLanguageModel& model, const TokenDraw& draw, const GenerationConfig& config, std::vector<RolloutGroup>& groups)
      : model_(model), draw_(draw), config_(config), groups_(groups) {
    for (const auto& group : groups) keys_.push_back(stable_hash(group.prompt.sample_id));
  }

  void run() {
    const auto num_places = static_cast<size_t>(std::max<int64_t>(1, config_.max_rows / config_.group_size));
    hidden_ = prefill(num_places, cache_);
    cache_.fork(config_.group_size);
    while (!rows_.empty()) {
      grow();
      if (waiting_ < groups_.size())
        refill();
      else
        cache_.compact();
    }
  }

 private:
  /// A row of the cache.
  struct Row {
    size_t prompt, response;
  };

  Response& response_of(const Row& row) { return groups_[row.prompt].responses[row.response]; }

  /// The next waiting prompts, `count` at most. @return [rows, D], what predicts their first tokens.
  at::Tensor prefill(size_t count, model::KvCache& cache) {
    std::vector<model::PromptGroup> prompts;
    for (const size_t end = std::min(waiting_ + count, groups_.size()); waiting_ < end; ++waiting_) {
      prompts.push_back({.prompt = groups_[waiting_].prompt.inputs, .vision_features = groups_[waiting_].vision_features});
      for (size_t response = 0; response < groups_[waiting_].responses.size(); ++response) rows_.push_back({waiting_, response});
    }
    at::Tensor last;
    cache = model_.prefill(prompts, &last);
    return last.repeat_interleave(config_.group_size, 0);
  }

  void refill() {
    const auto free = cache_.free_places().size();
    if (free == 0) return;
    model::KvCache fresh;
    const auto first = prefill(free, fresh);
    cache_.admit(fresh);
    hidden_ = hidden_.defined() ? at::cat({hidden_, first}) : first;
  }

  /// One token for every row; those that are complete leave.
  void grow() {
    const auto drawn = draw_(logits(), uniforms(), config_.sampling);
    std::vector<int64_t> kept, last_ids;
    std::vector<Row> rows;
    for (size_t i = 0; i < rows_.size(); ++i) {
      auto& response = response_of(rows_[i]);
      const int64_t id = drawn.ids.const_data_ptr<int64_t>()[i];
      response.ids.push_back(id);
      response.log_probs.push_back(drawn.log_probs.const_data_ptr<float>()[i]);
      const auto& stops = model_.stop_ids();
      const bool stopped = std::find(stops.begin(), stops.end(), id) != stops.end();
      response.truncated = !stopped && static_cast<int64_t>(response.ids.size()) == config_.max_new_tokens;
      if (stopped || response.truncated) continue;
      kept.push_back(static_cast<int64_t>(i));
      last_ids.push_back(id);
      rows.push_back(rows_[i]);
    }
    rows_ = std::move(rows);
    cache_.keep_rows(kept);
    hidden_ = rows_.empty() ? at::Tensor() : model_.decode(at::tensor(last_ids, at::kLong).to(hidden_.device()), cache_);
  }

  at::Tensor logits() const {
    at::Tensor out;
    model::linear_into(hidden_, model_.head_weight(), {}, out);
    return out.to(at::kFloat);
  }

  std::vector<double> uniforms() {
    std::vector<double> values;
    values.reserve(rows_.size());
    for (const auto& row : rows_)
      values.push_back(
          random_uniform(config_.seed, keys_[row.prompt], groups_[row.prompt].prompt.first_draw + row.response, response_of(row).ids.size()));
    return values;
  }

  model::VisionLanguageModel& model_;
  const TokenDraw& draw_;
  const GenerationConfig& config_;
  std::vector<RolloutGroup>& groups_;
  std::vector<uint64_t> keys_;  ///< Who draws, per prompt.
  size_t waiting_ = 0;          ///< First prompt that was not prefilled yet.
  std::vector<Row> rows_;       ///< As the rows of the cache.
  model::KvCache cache_;
  at::Tensor hidden_;  ///< [rows, D]: what predicts the next token of each.
};

}  // namespace

RolloutEngine::RolloutEngine(model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer, std::vector<int64_t> never_sampled)
    : model_(model), tokenizer_(tokenizer), draw_(std::make_unique<TokenDraw>(never_drawn(model, tokenizer, never_sampled))) {}

RolloutEngine::~RolloutEngine() = default;

std::vector<RolloutGroup> RolloutEngine::generate(const std::vector<Prompt>& prompts, const GenerationConfig& config) {
  VRLT_CHECK(config.group_size >= 1 && config.max_new_tokens >= 1, "group_size ", config.group_size, ", max_new_tokens ", config.max_new_tokens);
  const at::NoGradGuard no_grad;
  std::vector<RolloutGroup> groups;
  if (prompts.empty()) return groups;
  for (const auto& prompt : prompts) {
    // Each alone: an update goes on with these features, which must not depend, by rounding, on the prompts beside.
    std::vector<bool> from_cache;
    const auto features = model::encode_vision(model_, {&prompt.inputs, 1}, &from_cache);
    groups.push_back({.prompt = prompt, .vision_features = features[0], .features_from_cache = from_cache[0]});
    groups.back().responses.resize(static_cast<size_t>(config.group_size));
  }
  Generation(model_, *draw_, config, groups).run();
  for (auto& group : groups)
    for (auto& response : group.responses) response.text = tokenizer_.decode(response.ids, /*skip_special_tokens=*/true);
  return groups;
}

}  // namespace vrlt::rollout
