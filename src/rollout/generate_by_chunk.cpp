#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <optional>

#include "rollout/generation.h"
#include "rollout/step_graph.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/model/layers/linear.h"
#include "vrlt/model/upload.h"

namespace vrlt::rollout {
namespace {

/// Suffixes begin with room for so many: where they grow, a new graph is captured.
constexpr int64_t kChunksOfRoom = 16;

/// Of the device while the tensors of the cache stay the same. A cell is a slot of a place; those
/// without a row compute what nobody reads.
struct Cells {
  at::Tensor last_ids;  ///< [N * G] int64
  model::KvCache::Lengths lengths;
  at::Tensor uniforms;   ///< [chunk, N * G] float64
  at::Tensor ids;        ///< [chunk, N * G] int64: drawn.
  at::Tensor log_probs;  ///< [chunk, N * G] float32
  at::Tensor step;       ///< [1] int64: the next row of these three.
};

class ByChunk {
 public:
  explicit ByChunk(const GenerationParts& parts)
      : parts_(parts),
        responses_(parts.responses),
        chunk_(std::min(parts.config.look_every, parts.config.max_new_tokens)) {}

  void run() {
    start(responses_.num_places());
    while ((!responses_.rows().empty() || responses_.has_waiting()) && !stop_requested()) {
      if (!responses_.rows().empty()) grow();
      if (responses_.has_waiting())
        start(cache_.free_places().size());
      else
        cache_.compact();
    }
  }

 private:
  /// Prefills the next waiting prompts and draws the first token of each of their rows.
  void start(size_t count) {
    if (count == 0) return;
    const size_t before = responses_.rows().size();
    at::Tensor last;
    auto fresh = parts_.model.prefill(responses_.start(count), &last);
    if (cache_.layers.empty()) {
      cache_ = std::move(fresh);
      cache_.fork(parts_.config.group_size);
      cache_.reserve(std::min(kChunksOfRoom * chunk_, parts_.config.max_new_tokens));
    } else {
      cache_.admit(fresh);
    }
    const auto hidden = last.repeat_interleave(parts_.config.group_size, 0);
    std::vector<double> uniforms;
    for (size_t i = before; i < responses_.rows().size(); ++i)
      uniforms.push_back(responses_.uniform(responses_.rows()[i]));
    const auto drawn = parts_.draw(logits(hidden), uniforms, parts_.config.sampling);
    std::vector<int64_t> kept;
    for (size_t i = 0; i < responses_.rows().size(); ++i) {
      const bool is_new = i >= before;
      if (is_new && !responses_.add_token(responses_.rows()[i],
                                          drawn.ids.const_data_ptr<int64_t>()[i - before],
                                          drawn.log_probs.const_data_ptr<float>()[i - before]))
        continue;
      kept.push_back(static_cast<int64_t>(i));
    }
    keep_rows(kept);
  }

  /// A chunk of tokens for every row; those that are complete leave.
  void grow() {
    int64_t steps = 0;
    for (const auto& row : responses_.rows())
      steps =
          std::max(steps, parts_.config.max_new_tokens - std::ssize(responses_.response(row).ids));
    steps = std::min(steps, chunk_);
    cache_.reserve(steps);
    fill_cells();
    graph_->run(steps);
    const auto [ids, log_probs] =
        on_cpu({cells_.ids.narrow(0, 0, steps), cells_.log_probs.narrow(0, 0, steps)});
    cache_.advance(steps);

    std::vector<int64_t> kept;
    const auto num_cells = ids.size(1);
    for (size_t i = 0; i < responses_.rows().size(); ++i) {
      bool goes_on = true;
      for (int64_t step = 0; step < steps && goes_on; ++step) {
        const int64_t at = step * num_cells + cell_of(i);
        goes_on = responses_.add_token(responses_.rows()[i], ids.const_data_ptr<int64_t>()[at],
                                       log_probs.const_data_ptr<float>()[at]);
      }
      if (goes_on) kept.push_back(static_cast<int64_t>(i));
    }
    keep_rows(kept);
  }

  void keep_rows(const std::vector<int64_t>& kept) {
    responses_.keep_rows(kept);
    cache_.keep_rows(kept);
  }

  int64_t cell_of(size_t row) const {
    return cache_.rows()[row].place * cache_.num_slots() + cache_.rows()[row].slot;
  }

  /// What the host knows, for a chunk from here on.
  void fill_cells() {
    const auto num_cells = std::ssize(cache_.places) * cache_.num_slots();
    const auto device = parts_.model.head_weight().device();
    const auto lengths = cache_.lengths();
    if (!graph_ || layout_ != cache_.layout()) {
      const auto make = [&](at::IntArrayRef sizes, at::ScalarType dtype) {
        return at::zeros(sizes, at::TensorOptions().dtype(dtype).device(device));
      };
      cells_ = {.last_ids = make({num_cells}, at::kLong),
                .lengths = lengths,
                .uniforms = make({chunk_, num_cells}, at::kDouble),
                .ids = make({chunk_, num_cells}, at::kLong),
                .log_probs = make({chunk_, num_cells}, at::kFloat),
                .step = make({1}, at::kLong)};
      layout_ = cache_.layout();
      graph_.emplace(device, [this] { step(); });
    }
    auto last_ids = at::zeros({num_cells}, at::kLong);
    auto uniforms = at::zeros({chunk_, num_cells}, at::kDouble);
    for (size_t i = 0; i < responses_.rows().size(); ++i) {
      const auto& row = responses_.rows()[i];
      const int64_t cell = cell_of(i);
      last_ids.data_ptr<int64_t>()[cell] = responses_.response(row).ids.back();
      for (int64_t step = 0; step < chunk_; ++step)
        uniforms.data_ptr<double>()[step * num_cells + cell] = responses_.uniform(row, step);
    }
    cells_.lengths.prompt.copy_(lengths.prompt);
    cells_.lengths.suffix.copy_(lengths.suffix);
    cells_.lengths.position.copy_(lengths.position);
    cells_.last_ids.copy_(model::upload(last_ids, device));
    cells_.uniforms.copy_(model::upload(uniforms, device));
    cells_.step.zero_();
  }

  /// One token for every cell, on the device alone.
  void step() {
    const auto hidden = parts_.model.decode_cells(cells_.last_ids, cache_, cells_.lengths);
    const auto drawn = parts_.draw.on_device(
        logits(hidden), cells_.uniforms.index_select(0, cells_.step).squeeze(0),
        parts_.config.sampling);
    cells_.last_ids.copy_(drawn.ids);
    cells_.ids.index_copy_(0, cells_.step, drawn.ids.unsqueeze(0));
    cells_.log_probs.index_copy_(0, cells_.step, drawn.log_probs.unsqueeze(0));
    cells_.lengths.suffix.add_(1);
    cells_.lengths.position.add_(1);
    cells_.step.add_(1);
  }

  at::Tensor logits(const at::Tensor& hidden) const {
    return model::linear(hidden, parts_.model.head_weight()).to(at::kFloat);
  }

  const GenerationParts& parts_;
  GrowingResponses& responses_;
  const int64_t chunk_;
  model::KvCache cache_;
  Cells cells_;
  std::optional<StepGraph> graph_;  ///< Of this layout.
  int64_t layout_ = 0;
};

}  // namespace

void generate_by_chunk(const GenerationParts& parts) { ByChunk(parts).run(); }

}  // namespace vrlt::rollout
