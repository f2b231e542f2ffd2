#include <ATen/ops/cat.h>

#include "rollout/generation.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/model/layers/few_rows.h"
#include "vrlt/model/upload.h"

namespace vrlt::rollout {
namespace {

class ByToken {
 public:
  explicit ByToken(const GenerationParts& parts) : parts_(parts), responses_(parts.responses) {}

  void run() {
    hidden_ = prefill(responses_.num_places(), cache_);
    cache_.fork(parts_.config.group_size);
    while (!responses_.rows().empty() && !stop_requested()) {
      grow();
      if (responses_.has_waiting())
        refill();
      else
        cache_.compact();
    }
  }

 private:
  /// @return [rows, D], what predicts the first tokens of the next waiting prompts.
  at::Tensor prefill(size_t count, model::KvCache& cache) {
    at::Tensor last;
    cache = parts_.model.prefill(responses_.start(count), &last);
    return last.repeat_interleave(parts_.config.group_size, 0);
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
    const auto drawn = parts_.draw(logits(), uniforms(), parts_.config.sampling);
    std::vector<int64_t> kept, last_ids;
    for (size_t i = 0; i < responses_.rows().size(); ++i) {
      const int64_t id = drawn.ids.const_data_ptr<int64_t>()[i];
      if (!responses_.add_token(responses_.rows()[i], id,
                                drawn.log_probs.const_data_ptr<float>()[i]))
        continue;
      kept.push_back(static_cast<int64_t>(i));
      last_ids.push_back(id);
    }
    responses_.keep_rows(kept);
    cache_.keep_rows(kept);
    hidden_ = kept.empty() ? at::Tensor()
                           : parts_.model.decode(model::upload(last_ids, hidden_.device()), cache_);
  }

  at::Tensor logits() const {
    at::Tensor out;
    model::linear_into(hidden_, {.weight = parts_.model.head_weight()}, out);
    return out.to(at::kFloat);
  }

  std::vector<double> uniforms() const {
    std::vector<double> values;
    values.reserve(responses_.rows().size());
    for (const auto& row : responses_.rows()) values.push_back(responses_.uniform(row));
    return values;
  }

  const GenerationParts& parts_;
  GrowingResponses& responses_;
  model::KvCache cache_;
  at::Tensor hidden_;  ///< [rows, D]: what predicts the next token of each.
};

}  // namespace

void generate_by_token(const GenerationParts& parts) { ByToken(parts).run(); }

}  // namespace vrlt::rollout
