#include "rollout/decoding_batch.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

namespace vrlt::rollout {

DecodingBatch::DecodingBatch(int64_t num_prompts, int64_t group_size) : slots_per_prompt_(group_size) {
  for (int64_t prompt = 0; prompt < num_prompts; ++prompt)
    for (int64_t response = 0; response < group_size; ++response) slots_.push_back({prompt, response, false});
}

void DecodingBatch::drop_finished(const std::vector<std::vector<bool>>& finished, model::KvCache& cache, at::Tensor& last_ids) {
  const auto num_prompts = static_cast<int64_t>(slots_.size()) / slots_per_prompt_;
  std::vector<std::vector<int64_t>> open(static_cast<size_t>(num_prompts));  // slots of unfinished responses, by row
  size_t widest = 0;
  for (int64_t row = 0; row < num_prompts; ++row) {
    auto& columns = open[static_cast<size_t>(row)];
    for (int64_t column = 0; column < slots_per_prompt_; ++column) {
      const auto& slot = slots_[static_cast<size_t>(row * slots_per_prompt_ + column)];
      if (!slot.filler && !finished[static_cast<size_t>(slot.prompt)][static_cast<size_t>(slot.response)]) columns.push_back(column);
    }
    widest = std::max(widest, columns.size());
  }
  const auto num_open = std::count_if(open.begin(), open.end(), [](const auto& columns) { return !columns.empty(); });
  if (num_open == num_prompts && static_cast<int64_t>(widest) == slots_per_prompt_) return;

  std::vector<Slot> kept;
  std::vector<int64_t> prompt_rows, slot_columns, flat;
  for (int64_t row = 0; row < num_prompts; ++row) {
    const auto& columns = open[static_cast<size_t>(row)];
    if (columns.empty()) continue;
    prompt_rows.push_back(row);
    for (size_t i = 0; i < widest; ++i) {
      const bool filler = i >= columns.size();
      const int64_t column = filler ? columns.front() : columns[i];
      slot_columns.push_back(column);
      flat.push_back(row * slots_per_prompt_ + column);
      kept.push_back(slots_[static_cast<size_t>(flat.back())]);
      kept.back().filler = filler;
    }
  }
  slots_ = std::move(kept);
  slots_per_prompt_ = static_cast<int64_t>(widest);
  if (slots_.empty()) return;
  const auto device = last_ids.device();
  last_ids = last_ids.index_select(0, at::tensor(flat, at::kLong).to(device));
  cache.select(at::tensor(prompt_rows, at::kLong).to(device), at::tensor(slot_columns, at::kLong).view({-1, slots_per_prompt_}).to(device));
}

}  // namespace vrlt::rollout
