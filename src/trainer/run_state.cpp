#include "trainer/run_state.h"

#include <ATen/core/grad_mode.h>

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/model/finite_weights.h"
#include "vrlt/trainer/same_weights.h"

namespace vrlt::trainer {
namespace {

// A checkpoint's folder, beside the manifest.
constexpr const char *kPolicyFolder = "model", *kReferenceFolder = "reference",
                     *kOptimizerFile = "optimizer.safetensors", *kStateFile = "state.json";

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
  for (const auto& [name, tensor] : model.parameters().entries())
    tensor.copy_(weights.tensor(name));
  model::check_finite(model.parameters(), folder.string());
}

void check_optimizer(const checkpoint::SafetensorsFile& file, const optim::Optimizer& optimizer) {
  for (const auto& [name, tensor] : optimizer.state())
    if (tensor.sizes() != file.entry(name).shape)
      throw CheckpointError(
          concat(file.path().string(), ": ", name, " has another shape than the model"));
}

void restore_optimizer(const checkpoint::SafetensorsFile& file, optim::Optimizer& optimizer) {
  optim::NamedTensors tensors;
  for (const auto& name : file.names()) tensors.emplace_back(name, file.tensor(name));
  optimizer.load_state(tensors);
}

}  // namespace

std::optional<RunState::Resumed> RunState::resume(const CheckState& check) const {
  const auto latest = latest_checkpoint(check);
  if (!latest) return {};
  return Resumed{restore(*latest), latest->folder};
}

/// Rank 0 decides: another rank could see an older state of a shared file system.
std::optional<checkpoint::Checkpoint> RunState::latest_checkpoint(const CheckState& check) const {
  std::string found;
  if (parts_.group.is_first()) {
    const auto latest = checkpoint::find_latest_checkpoint(
        parts_.run_folder,
        [&](const checkpoint::Checkpoint& checkpoint) { check_checkpoint(checkpoint, check); });
    if (latest) found = concat(latest->step, " ", latest->folder.string());
  }
  found = parts_.group.broadcast(found);
  if (found.empty()) return {};
  const auto space = found.find(' ');
  return checkpoint::Checkpoint{.step = std::stoll(found.substr(0, space)),
                                .folder = found.substr(space + 1)};
}

void RunState::check_checkpoint(const checkpoint::Checkpoint& checkpoint,
                                const CheckState& check) const {
  const auto state = read_state(checkpoint.folder, checkpoint.step, parts_.updates_per_step);
  check_shapes(checkpoint.folder / kPolicyFolder, parts_.policy);
  if (parts_.moving_reference != nullptr)
    check_shapes(checkpoint.folder / kReferenceFolder, *parts_.moving_reference);
  check_optimizer(checkpoint::SafetensorsFile(checkpoint.folder / kOptimizerFile),
                  parts_.optimizer);
  if (check) check(state.trainer, checkpoint.step);
}

SavedState RunState::restore(const checkpoint::Checkpoint& checkpoint) const {
  copy_weights(checkpoint.folder / kPolicyFolder, parts_.policy);
  if (parts_.moving_reference != nullptr)
    copy_weights(checkpoint.folder / kReferenceFolder, *parts_.moving_reference);
  restore_optimizer(checkpoint::SafetensorsFile(checkpoint.folder / kOptimizerFile),
                    parts_.optimizer);
  return read_state(checkpoint.folder, checkpoint.step, parts_.updates_per_step);
}

/// On every rank: all of them end alike.
void RunState::check_weights(int64_t step) const {
  const auto what = concat("after step ", step, ", not saved, the last checkpoint is intact");
  model::check_finite(parts_.policy.parameters(), what);
  if (parts_.moving_reference != nullptr)
    model::check_finite(parts_.moving_reference->parameters(), "the reference " + what);
  check_same_weights(parts_.group, parts_.policy, concat("after step ", step));
}

void RunState::save(const SavedState& state) const {
  if (!parts_.group.is_first()) return;
  checkpoint::save_checkpoint(
      parts_.run_folder, state.step, [&](const std::filesystem::path& folder) {
        parts_.policy.save(folder / kPolicyFolder);
        checkpoint::write_safetensors(folder / kOptimizerFile, parts_.optimizer.state());
        if (parts_.moving_reference != nullptr)
          parts_.moving_reference->save(folder / kReferenceFolder);
        io::write_file_atomic(folder / kStateFile, to_json(state).dump(2) + "\n");
      });
  checkpoint::prune_checkpoints(parts_.run_folder, parts_.keep, state.step);
}

}  // namespace vrlt::trainer
