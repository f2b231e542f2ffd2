#include "vrlt/trainer/step/policy_update.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "trainer/log/update_metrics.h"
#include "trainer/step/constants_of_responses.h"
#include "trainer/step/micro_batches.h"
#include "trainer/step/passes.h"
#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/model/upload.h"
#include "vrlt/model/vision_features.h"

namespace vrlt::trainer {
namespace {

/// Keys that make an update need less memory, and a pass of one prompt.
constexpr const char* kSmaller =
    "micro_batch, micro_batch_tokens, rollout.group_size or video.max_frames, set "
    "model.activation_checkpointing to blocks and, on several ranks, distributed.shard to "
    "parameters";
constexpr const char* kSmallerPrompt =
    "rollout.group_size, rollout.max_new_tokens or video.max_frames, set "
    "model.activation_checkpointing to blocks and, on several ranks, distributed.shard to "
    "parameters";

/// One value per response, for each of its tokens.
template <typename T>
std::vector<double> spread(const std::vector<int64_t>& lengths, const T& of_responses) {
  std::vector<double> values;
  for (size_t i = 0; i < lengths.size(); ++i)
    values.insert(values.end(), static_cast<size_t>(lengths[i]),
                  static_cast<double>(of_responses[i]));
  return values;
}

int64_t num_tokens(const UpdateGroup& group) {
  int64_t total = group.prompt->input_ids.size(0);
  for (const auto& response : group.responses) total += response.size(0);
  return total;
}

/// The values of all ranks, in the order of ranks.
at::Tensor gathered(const at::Tensor& values, distributed::ProcessGroup& group) {
  const auto own = values.to(at::kDouble).cpu().contiguous();
  const std::string bytes(static_cast<const char*>(own.data_ptr()),
                          static_cast<size_t>(own.numel()) * sizeof(double));
  std::vector<double> all;
  for (const auto& of_rank : group.all_gather(bytes)) {
    const size_t begin = all.size();
    all.resize(begin + of_rank.size() / sizeof(double));
    std::memcpy(all.data() + begin, of_rank.data(), of_rank.size());
  }
  return at::tensor(all, at::kDouble);
}

/// Takes part in a forward pass that only other ranks have.
void pass_forward_idly(model::VisionLanguageModel& model) {
  if (auto* blocks = model.parameters().sharded_blocks()) blocks->pass_forward();
}

/// Makes a forward pass of a model, or takes part in those of the others where memory has run out.
/// @param lack  null: it has not yet; else what was thrown then.
template <typename Forward>
void forward_or_lack(model::VisionLanguageModel& model, std::exception_ptr& lack,
                     Forward&& forward) {
  auto* const blocks = model.parameters().sharded_blocks();
  if (lack != nullptr) return pass_forward_idly(model);
  if (blocks != nullptr) blocks->expect_pass();
  try {
    forward();
  } catch (const std::exception& error) {
    if (!is_of_memory(error) || (blocks != nullptr && blocks->is_moving())) throw;
    lack = std::current_exception();
    if (blocks != nullptr) blocks->end_forward();
  }
}

}  // namespace

PolicyUpdate::PolicyUpdate(const UpdateSettings& settings, model::VisionLanguageModel& policy,
                           model::VisionLanguageModel* reference, distributed::ProcessGroup& group)
    : settings_(settings), policy_(policy), reference_(reference), group_(group) {
  VRLT_CHECK(!settings.algorithm.needs_reference() || reference != nullptr,
             "a divergence without a reference");
}

int64_t PolicyUpdate::Part::largest() const {
  size_t most = 0;
  for (const auto& micro : micro_batches) most = std::max(most, micro.batch.groups.size());
  return static_cast<int64_t>(most);
}

template <typename Visit>
void PolicyUpdate::for_each_micro_batch(Visit&& visit) {
  for (auto& part : parts_)
    for (auto& micro : part.micro_batches) visit(micro);
}

void PolicyUpdate::start_batch(std::vector<std::vector<UpdateGroup>> parts) {
  VRLT_CHECK(static_cast<int64_t>(parts.size()) == settings_.algorithm.updates_per_pass,
             parts.size(), " parts for ", settings_.algorithm.updates_per_pass,
             " updates per pass");
  std::set<int64_t> positions;
  for (const auto& groups : parts)
    for (const auto& group : groups)
      VRLT_CHECK(positions.insert(group.position).second, "two groups of prompt ", group.position);
  groups_ = std::move(parts);
  pack_parts();
}

void PolicyUpdate::pack_parts() {
  parts_.clear();
  for (const auto& groups : groups_) {
    auto& part = parts_.emplace_back();
    std::vector<int64_t> tokens;
    for (const auto& group : groups) tokens.push_back(num_tokens(group));
    size_t begin = 0;
    for (const size_t size :
         micro_batch_sizes(tokens, settings_.micro_batch, settings_.micro_batch_tokens)) {
      part.micro_batches.push_back(pack(std::span(groups).subspan(begin, size)));
      begin += size;
    }
    if (settings_.ranks_meet_in_passes)
      std::stable_sort(part.micro_batches.begin(), part.micro_batches.end(),
                       [](const auto& a, const auto& b) { return a.tokens > b.tokens; });
    count_tokens(part);
  }
}

PolicyUpdate::MicroBatch PolicyUpdate::pack(std::span<const UpdateGroup> groups) const {
  MicroBatch micro;
  std::vector<at::Tensor> sampler;
  std::vector<bool> counted;
  for (const auto& group : groups) {
    micro.batch.groups.push_back({.prompt = group.prompt,
                                  .vision_features = group.vision_features,
                                  .responses = group.responses});
    micro.tokens += num_tokens(group);
    for (int64_t number = 0; number < std::ssize(group.responses); ++number) {
      micro.keys.push_back({group.position, number});
      micro.response_lengths.push_back(group.responses[static_cast<size_t>(number)].size(0));
    }
    if (group.sampler_log_probs.defined()) sampler.push_back(group.sampler_log_probs);
    if (group.counted.empty()) counted.insert(counted.end(), group.responses.size(), true);
    counted.insert(counted.end(), group.counted.begin(), group.counted.end());
  }
  const auto device = policy_.head_weight().device();
  micro.constants.row_lengths = micro.response_lengths;
  if (!sampler.empty()) micro.constants.sampler_log_probs = model::upload(at::cat(sampler), device);
  if (std::find(counted.begin(), counted.end(), false) != counted.end())
    micro.counted = model::upload(
        at::tensor(spread(micro.response_lengths, counted), at::kDouble).to(at::kBool), device);
  return micro;
}

void PolicyUpdate::count_tokens(Part& part) const {
  algorithm::StepCounts own;
  for (const auto& micro : part.micro_batches) {
    std::vector<int64_t> lengths = micro.response_lengths;
    if (micro.counted.defined()) {
      lengths.clear();
      for (const auto& row : micro.counted.split_with_sizes(micro.response_lengths))
        lengths.push_back(row.sum().item<int64_t>());
    }
    const auto counts = algorithm::counts_of(lengths, settings_.algorithm.objective.aggregation);
    own = {own.tokens + counts.tokens, own.rows + counts.rows,
           own.micro_batches + counts.micro_batches};
  }
  const auto all =
      group_.all_reduce_sum(std::vector<int64_t>{own.tokens, own.rows, own.micro_batches});
  part.counts = {all[0], all[1], all[2]};
  if (settings_.ranks_meet_in_passes)
    part.passes = most_passes(std::ssize(part.micro_batches), group_);
}

algorithm::TokenLogProbs PolicyUpdate::forward(model::VisionLanguageModel& model,
                                               const MicroBatch& micro) const {
  auto batch = micro.batch;
  const bool known = std::any_of(batch.groups.begin(), batch.groups.end(),
                                 [](const auto& group) { return group.vision_features.defined(); });
  if (!settings_.freeze_vision || !known) {
    std::vector<std::shared_ptr<const processor::ModelInputs>> prompts;
    for (const auto& group : batch.groups) prompts.push_back(group.prompt);
    const auto features = model::encode_vision(model, prompts);
    for (size_t i = 0; i < features.size(); ++i) batch.groups[i].vision_features = features[i];
  }
  const auto hidden = model.response_hidden(batch);
  return algorithm::token_log_probs(
      hidden, model.head_weight(), model::upload(batch.response_ids(), hidden.device()),
      settings_.temperature,
      /*chunk_size=*/512, /*entropy_gradient=*/settings_.algorithm.objective.entropy.coef > 0);
}

void PolicyUpdate::measure_anchors() {
  const at::NoGradGuard no_grad;
  const Making making("log-probs", kSmaller);
  if (settings_.algorithm.needs_old_log_probs() || settings_.algorithm.needs_reference())
    while (!make_forward_passes()) pack_again();
  if (settings_.algorithm.objective.entropy.top_quantile < 1.0) mask_by_entropy();
}

/// @return false: memory ran out on a rank, and smaller passes have to be made.
bool PolicyUpdate::make_forward_passes() {
  PassReport report;
  for (auto& part : parts_) {
    for (auto& micro : part.micro_batches) measure_anchors(micro, report.lack);
    // the ranks meet where layers are cut over them
    for (auto pass = std::ssize(part.micro_batches); pass < part.passes; ++pass) {
      if (settings_.algorithm.needs_old_log_probs()) pass_forward_idly(policy_);
      if (settings_.algorithm.needs_reference()) pass_forward_idly(*reference_);
    }
    report.largest = std::max(report.largest, part.largest());
  }
  return !shrinks(report);
}

/// Whether all ranks have to make their passes again: micro_batch is then what they may have.
bool PolicyUpdate::shrinks(const PassReport& own) {
  const auto smaller = smaller_passes(own, group_, kSmallerPrompt);
  settings_.micro_batch = smaller.value_or(settings_.micro_batch);
  return smaller.has_value();
}

void PolicyUpdate::measure_anchors(MicroBatch& micro, std::exception_ptr& lack) const {
  if (settings_.algorithm.needs_old_log_probs())
    forward_or_lack(policy_, lack, [&] {
      const auto old = forward(policy_, micro);
      micro.constants.old_log_probs = old.log_probs;
      micro.old_entropy = old.entropy;
    });
  if (settings_.algorithm.needs_reference())
    forward_or_lack(*reference_, lack, [&] {
      const auto guard = model::as_reference(*reference_);
      micro.constants.ref_log_probs = forward(*reference_, micro).log_probs;
    });
}

void PolicyUpdate::mask_by_entropy() {
  std::vector<at::Tensor> own;
  for_each_micro_batch([&](const MicroBatch& micro) {
    own.push_back(micro.counted.defined() ? micro.old_entropy.masked_select(micro.counted)
                                          : micro.old_entropy);
  });
  const auto all =
      gathered(own.empty() ? at::tensor(std::vector<double>{}, at::kDouble) : at::cat(own), group_);
  if (all.numel() == 0) return;
  const double threshold =
      algorithm::entropy_threshold(all, settings_.algorithm.objective.entropy.top_quantile);
  for_each_micro_batch([&](MicroBatch& micro) {
    micro.constants.surrogate_mask = micro.old_entropy.to(at::kDouble) >= threshold;
  });
}

ByResponse<double> PolicyUpdate::response_divergences() const {
  ByResponse<double> divergences;
  for (const auto& part : parts_)
    for (const auto& micro : part.micro_batches) {
      const auto of_tokens =
          (micro.constants.old_log_probs - micro.constants.ref_log_probs).to(at::kDouble);
      const auto of_responses = of_tokens.split_with_sizes(micro.response_lengths);
      for (size_t i = 0; i < of_responses.size(); ++i)
        divergences[micro.keys[i]] = of_responses[i].sum().item<double>();
    }
  return divergences;
}

void PolicyUpdate::set_advantages(const ByResponse<double>& advantages) {
  for_each_micro_batch([&](MicroBatch& micro) {
    std::vector<double> own;
    for (const auto& key : micro.keys) own.push_back(value_of(advantages, key, "advantage"));
    micro.constants.advantages =
        model::upload(at::tensor(spread(micro.response_lengths, own), at::kDouble).to(at::kFloat),
                      policy_.head_weight().device());
  });
}

algorithm::TokenBatch PolicyUpdate::counted_tokens(const MicroBatch& micro,
                                                   const algorithm::TokenLogProbs& current) const {
  auto tokens = micro.constants;
  tokens.log_probs = current.log_probs;
  tokens.entropy = current.entropy;
  // One update per rollout batch: the policy that sampled is the policy before this step, so its
  // log-probs are the current ones.
  if (!tokens.old_log_probs.defined()) tokens.old_log_probs = current.log_probs.detach();
  return micro.counted.defined() ? algorithm::masked(tokens, micro.counted) : tokens;
}

void PolicyUpdate::pass(const MicroBatch& micro, const algorithm::StepCounts& counts,
                        optim::GradientSum& gradients, metrics::MetricSet& metrics) {
  const auto tokens = counted_tokens(micro, forward(policy_, micro));
  const auto result = algorithm::objective(tokens, counts, settings_.algorithm.objective);
  result.loss.backward();
  gradients.take();
  record_update_metrics(tokens, result, settings_.algorithm.objective, metrics);
}

/// The same groups in smaller passes, with what is known of them.
void PolicyUpdate::pack_again() {
  ConstantsOfResponses known;
  for_each_micro_batch(
      [&](MicroBatch& micro) { known.add(micro.keys, micro.constants, micro.old_entropy); });
  pack_parts();
  for_each_micro_batch(
      [&](MicroBatch& micro) { known.give(micro.keys, micro.constants, micro.old_entropy); });
}

/// @return false: memory ran out on a rank, and smaller ones have to be made.
bool PolicyUpdate::make_passes(int64_t update, optim::GradientSum& gradients,
                               metrics::MetricSet& metrics) {
  const auto& part = part_of(update);
  metrics::MetricSet of_passes;
  PassReport report{.largest = part.largest()};
  report.lack = for_each_pass(
      part.micro_batches.size(), part.passes, gradients,
      [&] { return update == 0 && stop_requested(); },
      [&](size_t i) { pass(part.micro_batches[i], part.counts, gradients, of_passes); });
  if (shrinks(report)) {
    gradients.drop();
    return false;
  }
  metrics.merge(of_passes.to_bytes());
  return true;
}

void PolicyUpdate::accumulate_gradients(int64_t update, optim::GradientSum& gradients,
                                        metrics::MetricSet& metrics) {
  const Making making("gradients", kSmaller);
  while (!make_passes(update, gradients, metrics)) {
    pack_again();
    // the policy is still the one that these were measured of
    if (update == 0) measure_anchors();
  }
  if (!group_.is_first()) return;
  const auto& part = part_of(update);
  metrics.sum("batch/tokens", static_cast<double>(part.counts.tokens));
  metrics.sum("batch/rows", static_cast<double>(part.counts.rows));
}

}  // namespace vrlt::trainer
