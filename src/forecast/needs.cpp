#include "forecast/needs.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/named_table.h"
#include "vrlt/forecast/cards.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/model/adapter_shape.h"
#include "vrlt/model/suffix_capacity.h"
#include "vrlt/optim/optimizer_table.h"

namespace vrlt::forecast {
double bytes_of(const model::TokenNumbers& numbers, const NumberType& type) {
  return static_cast<double>(numbers.own) * type.bytes() +
         static_cast<double>(numbers.wide) * kFloatBytes;
}

Sharding::Sharding(const TrainingLoad& load, const Ranks& of_run)
    : ranks(of_run.all),
      cuts_sums(load.sharding.shard != "optimizer" && of_run.all > 1),
      cuts_weights(load.sharding.shard == "parameters" && of_run.all > 1) {
  const int64_t asked = load.sharding.shard_ranks;
  if (asked > 0)
    inner = std::min(asked, ranks);
  else
    inner = cuts_sums ? std::min(ranks, of_run.of_machine) : ranks;
}

double WeightBytes::layers() const {
  return static_cast<double>(shape_.text.layers * shape_.text.largest_layer) * type_.bytes();
}

double WeightBytes::others() const {
  return static_cast<double>(shape_.parameters()) * type_.bytes() - layers();
}

double WeightBytes::at_rest() const {
  return others() +
         (sharding_.cuts_weights ? layers() / static_cast<double>(sharding_.inner) : layers());
}

double WeightBytes::in_update() const {
  constexpr double kLayersAtOnce = 2.0;  // one at work, one that comes
  const double of_layer = static_cast<double>(shape_.text.largest_layer) * type_.bytes();
  return at_rest() + (sharding_.cuts_weights ? kLayersAtOnce * of_layer : 0.0);
}

double WeightBytes::in_rollout(std::optional<double> left) const {
  if (!sharding_.cuts_weights) return at_rest();
  const bool whole = !left || layers() <= (*left - at_rest()) / 2;
  return whole ? at_rest() + layers() : in_update();
}

int64_t trained_parameters(const TrainingLoad& load, const model::ModelShape& shape) {
  if (load.trains_adapter()) return model::adapter_parameters(shape, load.lora);
  return shape.text.parameters + (load.passes.trains_vision ? shape.vision.parameters : 0);
}

double optimizer_bytes(const TrainingLoad& load, const model::ModelShape& shape) {
  const auto& row = find_row(optim::kOptimizerChoices, load.optimizer, "optimizer");
  const double master = load.numbers.is_wide() ? 0.0 : 1.0;
  return static_cast<double>(trained_parameters(load, shape)) *
         (static_cast<double>(row.numbers_of_parameter) + master) * kFloatBytes;
}

double sum_bytes(const TrainingLoad& load) {
  return static_cast<double>(load.sharding.sum_bytes(static_cast<int64_t>(load.numbers.bytes())));
}

double RolloutNeeds::feature_bytes() const {
  return longest_.vision_tokens * static_cast<double>(shape_.feature_width) * type_.bytes();
}

double RolloutNeeds::places() const {
  const auto most =
      static_cast<double>(std::max<int64_t>(1, generation_.max_rows / generation_.group_size));
  return std::min(prompts_, most);
}

double RolloutNeeds::tokens_of_place() const {
  return longest_.tokens() +
         static_cast<double>(generation_.group_size *
                             model::suffix_capacity(generation_.max_new_tokens));
}

double RolloutNeeds::cache_bytes(int64_t tokens) const {
  const double of_token =
      2.0 * static_cast<double>(shape_.text.layers * shape_.text.key_width) * type_.bytes();
  const double most = places() * tokens_of_place(),
               kept = tokens > 0 ? std::min(most, static_cast<double>(tokens)) : most;
  return of_token * std::max(kept, tokens_of_place());
}

int64_t RolloutNeeds::cache_tokens(std::optional<double> left) const {
  if (generation_.cache_gigabytes > 0) left = generation_.cache_gigabytes * kGigabyte;
  if (!left) return 0;
  const double of_token =
      2.0 * static_cast<double>(shape_.text.layers * shape_.text.key_width) * type_.bytes();
  return static_cast<int64_t>(std::max(1.0, *left / of_token));
}

double encoding_bytes(const NumberType& type, const model::ModelShape& shape, double patches) {
  const double rows = static_cast<double>(shape.patch_values) *
                      (kFloatBytes + (type.is_wide() ? 0.0 : type.bytes()));
  const double states = 2.0 * static_cast<double>(shape.vision.width) * type.bytes();
  return patches * (rows + states + bytes_of(shape.vision.kept, type));
}

double RolloutNeeds::encoding() const {
  return encoding_bytes(type_, shape_,
                        longest_.vision_tokens * static_cast<double>(shape_.patches_per_token));
}

/// A layer at work over the prompts of one pass (prefill_groups), and its input.
double RolloutNeeds::prefilling() const {
  constexpr double kTokensOfPass = 8192;
  const double tokens =
      std::max(longest_.tokens(), std::min(kTokensOfPass, places() * longest_.tokens()));
  const double states = 2.0 * static_cast<double>(shape_.text.width) * type_.bytes();
  return tokens * (states + bytes_of(shape_.text.kept, type_));
}

/// Scores of one layer (shared_prefix_attention): of prefix and suffix, both in one, with the bias,
/// as weights, in the type of the model twice. On the CPU in float32 rows go one by one.
double RolloutNeeds::decoding() const {
  if (type_.on_cpu && type_.is_wide()) return 0.0;
  constexpr double kWide = 3 * kFloatBytes;
  const double context =
      longest_.tokens() + static_cast<double>(model::suffix_capacity(generation_.max_new_tokens));
  return places() * static_cast<double>(generation_.group_size * shape_.query_heads) * context *
         (kWide + 2 * type_.bytes());
}

/// Logits of every row, and elsewhere than on the CPU what a draw makes of them: without what is
/// never drawn, by the temperature, and in float64 as they are, as probabilities, as their sums.
double RolloutNeeds::drawing() const {
  constexpr double kOfDraw = 2 * kFloatBytes + 3 * 8.0;
  const double logits = places() * static_cast<double>(generation_.group_size * shape_.vocab_size);
  return logits * (kFloatBytes + (type_.on_cpu ? 0.0 : kOfDraw));
}

double RolloutNeeds::work_bytes() const {
  return std::max({encoding(), prefilling(), decoding(), drawing()});
}

}  // namespace vrlt::forecast
