#include "rollout/growing_responses.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/model/suffix_capacity.h"

namespace vrlt::rollout {

GrowingResponses::GrowingResponses(const GenerationConfig& config,
                                   const std::vector<int64_t>& stop_ids,
                                   std::vector<RolloutGroup>& groups)
    : config_(config), stop_ids_(stop_ids), groups_(groups) {
  for (const auto& group : groups) keys_.push_back(stable_hash(group.prompt.sample_id));
}

size_t GrowingResponses::num_places() const {
  int64_t places = config_.max_rows / config_.group_size;
  if (config_.cache_tokens > 0) {
    int64_t longest = 0;  // every place has room for it
    for (const auto& group : groups_)
      longest = std::max(longest, group.prompt.inputs->input_ids.size(0));
    const int64_t of_place =
        longest + config_.group_size * model::suffix_capacity(config_.max_new_tokens);
    places = std::min(places, config_.cache_tokens / of_place);
  }
  return static_cast<size_t>(std::max<int64_t>(1, places));
}

std::vector<model::PromptGroup> GrowingResponses::start(size_t count) {
  std::vector<model::PromptGroup> prompts;
  for (const size_t end = std::min(waiting_ + count, groups_.size()); waiting_ < end; ++waiting_) {
    prompts.push_back({.prompt = groups_[waiting_].prompt.inputs,
                       .vision_features = groups_[waiting_].vision_features});
    for (size_t response = 0; response < groups_[waiting_].responses.size(); ++response)
      rows_.push_back({waiting_, response});
  }
  return prompts;
}

double GrowingResponses::uniform(const Row& row, int64_t ahead) const {
  const auto position = static_cast<uint64_t>(std::ssize(response(row).ids) + ahead);
  return random_uniform(config_.seed, keys_[row.prompt],
                        groups_[row.prompt].prompt.first_draw + row.response, position);
}

bool GrowingResponses::add_token(const Row& row, int64_t id, float log_prob) {
  auto& response = groups_[row.prompt].responses[row.response];
  if (!std::isfinite(log_prob))
    throw NotFiniteError(concat(groups_[row.prompt].prompt.sample_id, ": the logits of token ",
                                response.ids.size() + 1, " are not finite"));
  response.ids.push_back(id);
  response.log_probs.push_back(log_prob);
  const bool stopped = std::find(stop_ids_.begin(), stop_ids_.end(), id) != stop_ids_.end();
  response.truncated = !stopped && std::ssize(response.ids) == config_.max_new_tokens;
  return !stopped && !response.truncated;
}

void GrowingResponses::keep_rows(const std::vector<int64_t>& kept) {
  std::vector<Row> rows;
  for (const int64_t i : kept) rows.push_back(rows_[static_cast<size_t>(i)]);
  rows_ = std::move(rows);
}

}  // namespace vrlt::rollout
