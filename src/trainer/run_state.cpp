#include "trainer/run_state.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "trainer/saved_adapter.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/io/files.h"
#include "vrlt/model/finite_weights.h"
#include "vrlt/model/held_parameters.h"
#include "vrlt/trainer/same_weights.h"

namespace vrlt::trainer {
namespace {

// A checkpoint's folder, beside the manifest. The optimizer is optimizer.safetensors, or shards.
constexpr const char *kPolicyFolder = "model", *kReferenceFolder = "reference",
                     *kOptimizerStem = "optimizer", *kStateFile = "state.json";

void check_shapes(const std::filesystem::path& folder, model::VisionLanguageModel& model) {
  const checkpoint::SafetensorsFolder weights(folder);
  for (const auto& [name, tensor] : model.parameters().entries())
    if (tensor.sizes() != weights.entry(name).shape)
      throw CheckpointError(
          concat(folder.string(), ": ", name, " has another shape than the model"));
}

void copy_weights(const std::filesystem::path& folder, model::VisionLanguageModel& model) {
  const at::NoGradGuard no_grad;
  const checkpoint::SafetensorsFolder weights(folder);
  for (const auto& [name, shape, begin, values] : model::held_parameters(model.parameters()))
    values.copy_(weights.tensor(name).reshape({-1}).narrow(0, begin, values.numel()));
  if (auto* blocks = model.parameters().sharded_blocks()) blocks->forget();
  model::check_finite(model.parameters(), folder.string());
}

void check_optimizer(const std::filesystem::path& folder,
                     const optim::ShardedOptimizer& optimizer) {
  const checkpoint::SafetensorsFolder files(folder, kOptimizerStem);
  for (const auto& [name, tensor] : optimizer.whole_state())
    if (tensor.sizes() != files.entry(name).shape)
      throw CheckpointError(concat((folder / kOptimizerStem).string(), ": ", name,
                                   " has another shape than the model"));
}

/// From views of the mapped files: of a part of a tensor, no more than that is read.
void restore_optimizer(const std::filesystem::path& folder, optim::ShardedOptimizer& optimizer) {
  const checkpoint::SafetensorsFolder files(folder, kOptimizerStem);
  optim::NamedTensors tensors;
  for (const auto& name : files.names()) tensors.emplace_back(name, files.tensor(name));
  optimizer.load_state(tensors);
}

/// optimizer.safetensors, or its shards and their index.
bool is_of_optimizer(const std::string& path) { return path.starts_with(kOptimizerStem); }

bool has_optimizer(const checkpoint::Checkpoint& checkpoint) {
  const auto files = checkpoint::files_of(checkpoint);
  return std::any_of(files.begin(), files.end(), is_of_optimizer);
}

/// Nothing is wrong with it, and an older one has no optimizer either: starting over would not be
/// what was meant.
[[noreturn]] void refuse_weights_alone(const checkpoint::Checkpoint& checkpoint,
                                       const std::filesystem::path& run_folder) {
  throw ConfigError(concat(checkpoint.folder.string(),
                           " holds weights without the optimizer (checkpoint.optimizer), from "
                           "which no run goes on; to start one from its weights: name=",
                           run_folder.filename().string(),
                           "-2 model.path=", (checkpoint.folder / kPolicyFolder).string()));
}

checkpoint::Content::Tensors weights_of(model::VisionLanguageModel& model,
                                        const std::filesystem::path& folder,
                                        const distributed::ProcessGroup& group) {
  checkpoint::NamedTensors tensors;
  for (const auto& [name, tensor] : model.parameters().entries())
    tensors.emplace_back(name, tensor);
  return {checkpoint::RangedFiles(folder / "model", checkpoint::specs_of(tensors)),
          model::stored_parameters(model.parameters(), group)};
}

}  // namespace

std::optional<RunState::Resumed> RunState::resume(const CheckState& check) const {
  const auto latest = latest_checkpoint(check);
  if (!latest) return {};
  return Resumed{restore(*latest), latest->folder};
}

std::optional<checkpoint::Checkpoint> RunState::latest_checkpoint(const CheckState& check) const {
  distributed::all_or_none(parts_.group, [&] {
    if (parts_.group.is_first()) checkpoint::remove_unfinished(parts_.run_folder);
  });
  return checkpoint::find_latest_checkpoint(
      parts_.run_folder,
      [&](const checkpoint::Checkpoint& checkpoint) { check_checkpoint(checkpoint, check); },
      parts_.group);
}

void RunState::check_checkpoint(const checkpoint::Checkpoint& checkpoint,
                                const CheckState& check) const {
  const auto state = read_state(checkpoint.folder, checkpoint.step, parts_.updates_per_step);
  if (const auto* adapter = model::adapter_of(parts_.policy))
    check_adapters(*adapter, checkpoint.folder);
  else
    check_shapes(checkpoint.folder / kPolicyFolder, parts_.policy);
  if (parts_.moving_reference != nullptr)
    check_shapes(checkpoint.folder / kReferenceFolder, *parts_.moving_reference);
  if (has_optimizer(checkpoint))
    check_optimizer(checkpoint.folder, parts_.optimizer);
  else if (needs_optimizer(checkpoint.step))
    refuse_weights_alone(checkpoint, parts_.run_folder);
  if (check) check(state.trainer, checkpoint.step);
}

SavedState RunState::restore(const checkpoint::Checkpoint& checkpoint) const {
  if (auto* adapter = model::adapter_of(parts_.policy))
    restore_adapters(*adapter, checkpoint.folder);
  else
    copy_weights(checkpoint.folder / kPolicyFolder, parts_.policy);
  if (parts_.moving_reference != nullptr)
    copy_weights(checkpoint.folder / kReferenceFolder, *parts_.moving_reference);
  if (has_optimizer(checkpoint)) restore_optimizer(checkpoint.folder, parts_.optimizer);
  return read_state(checkpoint.folder, checkpoint.step, parts_.updates_per_step);
}

void RunState::check_weights(int64_t step) const {
  const auto what = concat("after step ", step, ", not saved, the last checkpoint is intact");
  distributed::all_or_none(parts_.group, [&] {
    model::check_finite(parts_.policy.parameters(), what);
    if (parts_.moving_reference != nullptr)
      model::check_finite(parts_.moving_reference->parameters(), "the reference " + what);
  });
  check_same_weights(parts_.group, parts_.policy, concat("after step ", step));
}

checkpoint::Content RunState::content(const SavedState& state) const {
  checkpoint::Content content{.read_back = reads_back()};
  const auto* adapter = model::adapter_of(parts_.policy);
  if (adapter == nullptr)
    content.tensors.push_back(weights_of(parts_.policy, kPolicyFolder, parts_.group));
  if (needs_optimizer(state.step) || parts_.optimizer_of != "unfinished")
    content.tensors.push_back(
        {checkpoint::RangedFiles(kOptimizerStem,
                                 checkpoint::specs_of(parts_.optimizer.whole_state())),
         parts_.optimizer.state_pieces()});
  if (parts_.moving_reference != nullptr)
    content.tensors.push_back(weights_of(*parts_.moving_reference, kReferenceFolder, parts_.group));
  content.fill = [this, &state, adapter](const std::filesystem::path& folder) {
    // An adapter is small: one rank writes it with the small files.
    if (adapter != nullptr)
      save_adapters(*adapter, folder);
    else
      parts_.policy.save_description(folder / kPolicyFolder);
    if (parts_.moving_reference != nullptr)
      parts_.moving_reference->save_description(folder / kReferenceFolder);
    io::write_file_atomic(folder / kStateFile, to_json(state).dump(2) + "\n");
  };
  return content;
}

void RunState::save(const SavedState& state, std::optional<int64_t> best_step) {
  checkpoint::save_checkpoint(parts_.run_folder, state.step, content(state), parts_.group);
  has_saved_ = true;
  distributed::all_or_none(parts_.group, [&] {
    if (parts_.group.is_first()) prune(state.step, best_step);
  });
}

/// Whether there are steps to do after this one.
bool RunState::needs_optimizer(int64_t step) const { return step < parts_.steps; }

bool RunState::reads_back() const {
  const auto& verify = parts_.verify;
  return parts_.group.world_size() > 1 &&
         (verify == "always" || (verify == "first" && !has_saved_));
}

/// Of an older checkpoint that is damaged, the optimizer stays: it is kept for whoever looks.
void RunState::prune(int64_t step, std::optional<int64_t> best_step) const {
  checkpoint::link_best_checkpoint(parts_.run_folder, best_step);
  checkpoint::prune_checkpoints(parts_.run_folder, parts_.keep, step, best_step);
  if (parts_.optimizer_of == "all") return;
  for (const auto& checkpoint : checkpoint::list_checkpoints(parts_.run_folder)) {
    if (checkpoint.step >= step) continue;
    try {
      checkpoint::remove_files(checkpoint, is_of_optimizer);
    } catch (const CheckpointError& error) {
      log::warning(error.what());
    }
  }
}

}  // namespace vrlt::trainer
