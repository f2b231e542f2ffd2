#include <ATen/ATen.h>

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/rollout/rollout_engine.h"
#include "workload.h"

namespace vrlt::benchmark {

io::Json generate(const Options& options) {
  const auto model = model::load_model(options.model, {});
  const auto tokenizer = tokenizer::load_tokenizer(options.model);
  const auto inputs = read_inputs(options.inputs);
  // The length is forced: no stop token is ever chosen.
  rollout::RolloutEngine engine(*model, *tokenizer, model->stop_ids());
  std::vector<rollout::Prompt> prompts;
  for (int64_t i = 0; i < options.prompts; ++i)
    prompts.push_back({std::to_string(i), inputs.prompt});
  std::vector<rollout::RolloutGroup> groups;
  auto result = timed(options, [&] {
    groups = engine.generate(prompts, {.group_size = options.group,
                                       .max_new_tokens = options.new_tokens,
                                       .sampling = {.temperature = options.greedy ? 0.0 : 1.0}});
  });
  const auto& first = groups[0].responses[0].ids;
  if (options.greedy)
    result["check"]["first_tokens"] = std::vector<int64_t>(
        first.begin(), first.begin() + std::min<int64_t>(8, options.new_tokens));
  if (!options.save_tokens.empty()) {
    std::vector<at::Tensor> rows;
    for (const auto& response : groups[0].responses)
      rows.push_back(at::tensor(response.ids, at::kLong));
    checkpoint::write_safetensors(options.save_tokens, {{"tokens", at::stack(rows)}});
  }
  return result;
}

}  // namespace vrlt::benchmark
