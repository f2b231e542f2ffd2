#include "model/packed_groups.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

/// Bounds the activations of one pass over prompts; a longer prompt still goes through whole.
constexpr int64_t kMaxPrefillTokens = 8192;

/// Positions of a response: the same number on all three axes. @return [3, length].
at::Tensor response_positions(int64_t first, int64_t length) {
  return (at::arange(length, at::kLong) + first).unsqueeze(0).expand({3, length});
}

/// Groups one behind the other in one sequence, and the states that are wanted of it.
class PackedSequence {
 public:
  PackedSequence(const TextDecoder& decoder, const EmbedPrompt& embed)
      : decoder_(decoder), embed_(embed) {}

  const std::vector<GroupSpan>& spans() const { return spans_; }

  /// Begins a group.
  void add_prompt(const PromptGroup& group) {
    spans_.push_back({.begin = length_, .prompt_length = group.prompt_length()});
    const auto prompt = embed_(group);
    add_levels(prompt.levels);
    add(prompt.embeddings, group.prompt->position_ids);
  }
  void want_last_of_prompt() {
    wanted_.push_back(spans_.back().begin + spans_.back().prompt_length - 1);
  }

  /// A response to the last prompt, and every state that predicts a token of it.
  void add_response(const at::Tensor& response, int64_t first_position) {
    VRLT_CHECK(response.dim() == 1 && response.size(0) >= 1, "an empty response");
    const int64_t fed = response.size(0) - 1;  // nothing is predicted from the last token
    want_last_of_prompt();
    for (int64_t i = 0; i < fed; ++i) wanted_.push_back(length_ + i);
    if (fed > 0)
      add(decoder_.embed(upload(response.narrow(0, 0, fed), device())),
          response_positions(first_position, fed));
    spans_.back().response_lengths.push_back(fed);
  }

  void end_responses() {
    if (needs_response_mask(device(), decoder_.head_weight().scalar_type(),
                            decoder_.shape().head_dim))
      make_response_mask(spans_.back(), device());
  }

  /// The wanted states, in the order in which they were asked for: [n, D].
  at::Tensor run(const TextDecoder::KeyValueSink& sink = {}) const {
    return decoder_.forward(
        at::cat(embeddings_), upload(at::cat(positions_, 1), device()), spans_,
        {.rows = upload(wanted_, device()), .sink = sink, .levels = levels()});
  }

 private:
  at::Device device() const { return decoder_.head_weight().device(); }

  void add(const at::Tensor& embeddings, const at::Tensor& positions) {
    embeddings_.push_back(embeddings);
    positions_.push_back(positions);
    length_ += embeddings.size(0);
  }

  /// Of the prompt that begins at the end of the sequence.
  void add_levels(const TextDecoder::Levels& of_prompt) {
    if (of_prompt.features.empty()) return;
    level_rows_.push_back(of_prompt.rows + length_);
    levels_.resize(of_prompt.features.size());
    for (size_t k = 0; k < levels_.size(); ++k) levels_[k].push_back(of_prompt.features[k]);
  }

  TextDecoder::Levels levels() const {
    if (levels_.empty()) return {};
    TextDecoder::Levels all{.rows = at::cat(level_rows_), .features = {}};
    for (const auto& level : levels_) all.features.push_back(at::cat(level));
    return all;
  }

  const TextDecoder& decoder_;
  const EmbedPrompt& embed_;
  std::vector<at::Tensor> embeddings_, positions_, level_rows_;
  std::vector<std::vector<at::Tensor>> levels_;  ///< By level, of each prompt with pictures.
  std::vector<GroupSpan> spans_;
  std::vector<int64_t> wanted_;
  int64_t length_ = 0;
};

/// What a product with so many keys takes: on a device, rows at whole lines of memory, without
/// which matrix products are slow.
int64_t aligned_length(int64_t length, at::Device device) {
  constexpr int64_t kMultiple = 64;
  return device.is_cpu() ? length : (length + kMultiple - 1) / kMultiple * kMultiple;
}

/// A place for every group, with room for the longest prompt.
KvCache empty_cache(std::span<const PromptGroup> groups, const TextShape& shape,
                    const at::TensorOptions& options) {
  KvCache cache;
  int64_t longest = 0;
  for (const auto& group : groups) {
    cache.places.push_back(
        {.prompt_length = group.prompt_length(), .next_position = group.prompt->next_position});
    longest = std::max(longest, group.prompt_length());
  }
  longest = aligned_length(longest, options.device());
  const auto num_groups = static_cast<int64_t>(groups.size());
  for (int64_t i = 0; i < shape.num_layers; ++i)
    cache.layers.push_back(
        {.prefix_keys =
             at::zeros({num_groups, shape.num_kv_heads, shape.head_dim, longest}, options),
         .prefix_values =
             at::zeros({num_groups, shape.num_kv_heads, longest, shape.head_dim}, options)});
  return cache;
}

/// The groups from place `first` on, in one pass. @return [n, D], the last state of each.
at::Tensor prefill_some(std::span<const PromptGroup> groups, int64_t first,
                        const TextDecoder& decoder, const EmbedPrompt& embed, KvCache& cache) {
  PackedSequence sequence(decoder, embed);
  for (const auto& group : groups) {
    sequence.add_prompt(group);
    sequence.want_last_of_prompt();
  }
  return sequence.run([&](int64_t index, const at::Tensor& keys, const at::Tensor& values) {
    auto& layer = cache.layers[static_cast<size_t>(index)];
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& span = sequence.spans()[i];
      const int64_t place = first + static_cast<int64_t>(i), length = span.prompt_length;
      layer.prefix_keys[place]
          .narrow(2, 0, length)
          .copy_(keys.narrow(0, span.begin, length).permute({1, 2, 0}));
      layer.prefix_values[place]
          .narrow(1, 0, length)
          .copy_(values.narrow(0, span.begin, length).transpose(0, 1));
    }
  });
}

}  // namespace

at::Tensor hidden_of_responses(const GroupBatch& batch, const TextDecoder& decoder,
                               const EmbedPrompt& embed) {
  PackedSequence sequence(decoder, embed);
  for (const auto& group : batch.groups) {
    sequence.add_prompt(group);
    for (const auto& response : group.responses)
      sequence.add_response(response, group.prompt->next_position);
    sequence.end_responses();
  }
  return sequence.run();
}

KvCache prefill_groups(std::span<const PromptGroup> groups, const TextDecoder& decoder,
                       const EmbedPrompt& embed, at::Tensor* last_hidden) {
  const at::NoGradGuard no_grad;
  auto cache =
      empty_cache(groups, decoder.shape(), decoder.head_weight().options().requires_grad(false));
  std::vector<at::Tensor> last_rows;
  for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
    int64_t num_tokens = 0;
    do num_tokens += groups[end++].prompt_length();
    while (end < groups.size() && num_tokens + groups[end].prompt_length() <= kMaxPrefillTokens);
    last_rows.push_back(prefill_some(groups.subspan(begin, end - begin),
                                     static_cast<int64_t>(begin), decoder, embed, cache));
  }
  *last_hidden = at::cat(last_rows);
  return cache;
}

}  // namespace vrlt::model
