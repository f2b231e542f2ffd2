#include "vrlt/check/run_plans.h"

#include <algorithm>
#include <set>

#include "vrlt/check/purposes.h"
#include "vrlt/config/load.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"

namespace vrlt::check {
namespace {

/// What asking costs: in vrlt-select and vrlt-eval.
RunPlan asking_plan(const settings::ModelSection& model, const settings::DataSection& data,
                    processor::MediaOptions media, Purpose purpose,
                    const settings::RolloutSection& generation, int64_t batch) {
  RunPlan plan{.model = model,
               .data = data,
               .media = std::move(media),
               .response_tokens = generation.max_new_tokens,
               .purpose = std::move(purpose)};
  plan.cost = [=](const model::ModelShape& shape, int64_t num_samples,
                  const forecast::PromptSizes& sizes, const forecast::Ranks& ranks,
                  std::optional<double> device_bytes) {
    const auto load = forecast::load_of(model, data, generation, batch, num_samples);
    const auto pool = forecast::pool_sizes(sizes);
    return Cost{forecast::asking_work(load, shape, pool, ranks),
                forecast::asking_memory(load, shape, pool.longest, ranks, device_bytes)};
  };
  return plan;
}

using Loader = RunPlan (*)(const std::filesystem::path& config,
                           const std::vector<std::string>& overrides);

/// A program, the keys at the top of its configs, and how it loads one.
struct Program {
  const char* name;
  std::set<std::string> keys;
  Loader load;
};

std::vector<std::string> keys_in(const std::string& yaml) {
  std::vector<std::string> keys;
  const auto root = config::parse_yaml(yaml);
  if (root.IsMap())
    for (const auto& item : root) keys.push_back(item.first.as<std::string>());
  return keys;
}

/// The names of the fields and sections at the top.
template <typename Config>
std::set<std::string> top_keys() {
  Config config;
  const auto keys = keys_in(config::to_yaml(
      [&](config::FieldVisitor& v) { visit_fields(v, config); }, /*with_help=*/false));
  return {keys.begin(), keys.end()};
}

/// The plan of a config, whose doubts are told as its program would.
template <auto load>
RunPlan told_plan(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  std::vector<std::string> doubts;
  const auto config = load(file, overrides, &doubts);
  for (const auto& doubt : doubts) log::warning(doubt);
  return plan_of(config);
}

std::vector<Program> programs() {
  auto train = top_keys<settings::TrainConfig>();
  train.insert("sft");  // of the other trainer
  return {
      {"vrlt-train", train, told_plan<settings::load_train_config>},
      {"vrlt-select", top_keys<settings::SelectConfig>(), told_plan<settings::load_select_config>},
      {"vrlt-eval", top_keys<settings::EvalConfig>(), [](const auto& file, const auto& overrides) {
         return plan_of(settings::load_eval_config(file, overrides));
       }}};
}

/// The keys at the top of a file; none of one that is no YAML, which its loader tells with the
/// place.
std::vector<std::string> keys_of(const std::filesystem::path& file) {
  constexpr uint64_t kMaxBytes = 1 << 20;
  try {
    return keys_in(io::read_file(file, kMaxBytes));
  } catch (const YAML::Exception&) {
    return {};
  }
}

Program find_program(const std::filesystem::path& config) {
  const auto keys = keys_of(config);
  const auto all = programs();
  const auto known = [&](const Program& program) {
    return std::count_if(keys.begin(), keys.end(),
                         [&](const auto& key) { return program.keys.contains(key); });
  };
  return *std::max_element(all.begin(), all.end(),
                           [&](const auto& a, const auto& b) { return known(a) < known(b); });
}

}  // namespace

RunPlan plan_of(const settings::TrainConfig& config) {
  RunPlan plan{.model = config.model,
               .data = config.data,
               .media = {config.video, config.image},
               .response_tokens = config.is_sft() ? 0 : config.rollout.max_new_tokens,
               .purpose = purpose_of(config),
               .device_tflops = config.device_tflops};
  plan.cost = [config](const model::ModelShape& shape, int64_t, const forecast::PromptSizes& sizes,
                       const forecast::Ranks& ranks, std::optional<double> device_bytes) {
    auto load = forecast::load_of(config);
    const auto pool = forecast::pool_sizes(sizes);
    if (config.model.decides_checkpointing())
      load.checkpoints_blocks =
          forecast::needs_checkpoints(load, shape, pool.longest, ranks, device_bytes);
    return Cost{forecast::training_work(load, shape, pool, ranks),
                forecast::training_memory(load, shape, pool.longest, ranks, device_bytes)};
  };
  return plan;
}

RunPlan plan_of(const settings::SelectConfig& config) {
  return asking_plan(config.model, config.data, {config.video, config.image}, purpose_of(config),
                     config.rollout, config.batch);
}

RunPlan plan_of(const settings::EvalConfig& config) {
  return asking_plan(config.model, config.data,
                     {config.video, config.image, config.subtitle_frames}, purpose_of(config),
                     config.generation, config.batch);
}

const char* program_of(const std::filesystem::path& config) { return find_program(config).name; }

RunPlan load_run_plan(const std::filesystem::path& config,
                      const std::vector<std::string>& overrides) {
  return find_program(config).load(config, overrides);
}

}  // namespace vrlt::check
