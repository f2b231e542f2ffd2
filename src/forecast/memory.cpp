#include "vrlt/forecast/memory.h"

#include <algorithm>
#include <numeric>

#include "forecast/needs.h"
#include "forecast/update_moments.h"
#include "vrlt/model/adapter_shape.h"

namespace vrlt::forecast {
namespace {

/// What the process or its device takes before any tensor is made: libraries, the context of the
/// device, work spaces of its libraries. Measured: 0.2 GB of a process that trains next to no
/// parameters; context and libraries of a GPU take 1 to 1.5 GB.
constexpr double kProcessBytes = 0.3e9, kContextBytes = 1.5e9;

double program_bytes(const NumberType& numbers) {
  return numbers.on_cpu ? kProcessBytes : kContextBytes;
}

/// Patches of the prompts that a rank has at a time, a byte for each level, which wait beside the
/// model on the CPU only, and the clips they were made of.
double pixel_bytes(const NumberType& numbers, const model::ModelShape& shape,
                   const processor::PromptSize& prompt, double prompts, double clip_cache_bytes) {
  if (!numbers.on_cpu) return 0.0;
  const double of_prompt =
      static_cast<double>(shape.patches_per_token * shape.patch_values) * prompt.vision_tokens;
  return prompts * of_prompt + std::min(clip_cache_bytes, 2 * prompts * of_prompt);
}

Memory::Part same(const char* name, double bytes) { return {name, bytes, bytes}; }

/// What stays the same over a step of training.
std::vector<Memory::Part> standing_parts(const TrainingLoad& load, const model::ModelShape& shape,
                                         const Sharding& sharding,
                                         std::optional<double> device_bytes) {
  const WeightBytes weights(load.numbers, shape, sharding);
  const double program = program_bytes(load.numbers), own = load.numbers.bytes();
  const double optimizer = optimizer_bytes(load, shape) / static_cast<double>(sharding.ranks);
  const auto adapter = static_cast<double>(model::adapter_parameters(shape, load.lora)) * own;
  const bool has_model = load.passes.has_reference && !load.trains_adapter(),
             has_pair = load.passes.has_reference && load.trains_adapter() && load.reference_moves;
  const double others = program + optimizer + adapter + (has_model ? weights.at_rest() : 0.0);
  const auto left = device_bytes ? std::optional(*device_bytes - others) : std::nullopt;
  std::vector<Memory::Part> parts = {
      same("the program itself", program),
      {"weights", weights.in_rollout(left), weights.in_update()},
  };
  if (load.trains_adapter()) parts.push_back(same("adapter", adapter));
  if (has_model) parts.push_back({"reference", weights.at_rest(), weights.in_update()});
  if (has_pair) parts.push_back(same("reference", adapter));
  parts.push_back(same("optimizer", optimizer));
  return parts;
}

double in_rollout(const std::vector<Memory::Part>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const auto& part) { return sum + part.rollout; });
}

/// The parts that a rollout adds. @param others  bytes that it finds.
void add_rollout(const RolloutNeeds& needs, double others, std::optional<double> device_bytes,
                 std::vector<Memory::Part>& parts) {
  parts.push_back({"a pass of the rollout", needs.work_bytes(), 0.0});
  const auto left =
      device_bytes ? std::optional(*device_bytes - others - needs.work_bytes()) : std::nullopt;
  parts.push_back({"keys and values", needs.cache_bytes(needs.cache_tokens(left)), 0.0});
}

void add_moment(const Moment& moment, Memory& memory) {
  memory.moment = moment.name;
  for (const auto& [name, bytes] : moment.parts())
    if (bytes > 0) memory.parts.push_back({name, 0.0, bytes});
}

/// What a rollout of this training finds, and what it needs.
struct RolloutOfTraining {
  RolloutOfTraining(const TrainingLoad& load, const model::ModelShape& shape,
                    const processor::PromptSize& longest, const Ranks& ranks,
                    std::optional<double> device_bytes)
      : sharding(load, ranks),
        prompts(static_cast<double>(prompts_of_rank(load, ranks))),
        parts(standing_parts(load, shape, sharding, device_bytes)),
        needs(load.numbers, shape, longest, load.generation, prompts) {
    const double waiting = load.passes.supervised ? static_cast<double>(load.micro_batch) : prompts;
    parts.push_back(same("vision features", waiting * needs.feature_bytes()));
    parts.push_back(same("pixels and clips", pixel_bytes(load.numbers, shape, longest, prompts,
                                                         load.clip_cache_bytes)));
  }

  Sharding sharding;
  double prompts;
  std::vector<Memory::Part> parts;
  RolloutNeeds needs;
};

struct RolloutOfAsking {
  RolloutOfAsking(const AskingLoad& load, const model::ModelShape& base,
                  const processor::PromptSize& longest, const Ranks& ranks)
      : shape(model::with_adapter(base, load.lora)),
        prompts(
            static_cast<double>(std::min(load.batch, (load.prompts + ranks.all - 1) / ranks.all))),
        needs(load.numbers, shape, longest, load.generation, prompts),
        parts({same("the program itself", program_bytes(load.numbers)),
               same("weights", static_cast<double>(shape.parameters()) * load.numbers.bytes()),
               same("vision features", prompts * needs.feature_bytes()),
               same("pixels and clips",
                    pixel_bytes(load.numbers, shape, longest, prompts, load.clip_cache_bytes))}) {}

  model::ModelShape shape;
  double prompts;
  RolloutNeeds needs;
  std::vector<Memory::Part> parts;
};

/// @param rollout  of either kind.
template <typename Rollout>
int64_t tokens_of_cache(const Rollout& rollout, const std::optional<double>& device_bytes) {
  const auto& needs = rollout.needs;
  if (!device_bytes) return needs.cache_tokens({});
  return needs.cache_tokens(*device_bytes - in_rollout(rollout.parts) - needs.work_bytes());
}

}  // namespace

double Memory::rollout() const { return in_rollout(parts); }

double Memory::update() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const auto& part) { return sum + part.update; });
}

double Memory::peak() const {
  return std::max(has_rollout ? rollout() : 0.0, moment != nullptr ? update() : 0.0);
}

double Memory::of(const std::string& part) const {
  double bytes = 0.0;
  for (const auto& each : parts)
    if (part == each.name) bytes += std::max(each.rollout, each.update);
  return bytes;
}

Memory training_memory(const TrainingLoad& load, const model::ModelShape& shape,
                       const processor::PromptSize& longest, const Ranks& ranks,
                       std::optional<double> device_bytes) {
  RolloutOfTraining rollout(load, shape, longest, ranks, device_bytes);
  Memory memory{.parts = rollout.parts, .has_rollout = !load.passes.supervised};
  if (memory.has_rollout)
    add_rollout(rollout.needs, in_rollout(rollout.parts), device_bytes, memory.parts);
  add_moment(worst_moment(load, shape, longest, ranks), memory);
  return memory;
}

Memory asking_memory(const AskingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes) {
  RolloutOfAsking rollout(load, shape, longest, ranks);
  Memory memory{.parts = rollout.parts};
  add_rollout(rollout.needs, in_rollout(rollout.parts), device_bytes, memory.parts);
  return memory;
}

bool needs_checkpoints(TrainingLoad load, const model::ModelShape& shape,
                       const processor::PromptSize& longest, const Ranks& ranks,
                       std::optional<double> device_bytes) {
  load.checkpoints_blocks = false;
  return device_bytes &&
         training_memory(load, shape, longest, ranks, device_bytes).peak() > *device_bytes;
}

int64_t cache_tokens(const TrainingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes) {
  return tokens_of_cache(RolloutOfTraining(load, shape, longest, ranks, device_bytes),
                         device_bytes);
}

int64_t cache_tokens(const AskingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes) {
  return tokens_of_cache(RolloutOfAsking(load, shape, longest, ranks), device_bytes);
}

}  // namespace vrlt::forecast
