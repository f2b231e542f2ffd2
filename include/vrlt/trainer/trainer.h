#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "vrlt/data/dataset.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/settings/train_config.h"
#include "vrlt/trainer/validated.h"

namespace vrlt::trainer {

/// What the work of a step is measured by.
struct Yardstick {
  model::ModelShape shape;
  double flops_per_second = 0.0;  ///< What the devices of all ranks do together; positive.
};

/// What a trainer works with; made by the program, outlives the trainer.
struct TrainingParts {
  const settings::TrainConfig& config;
  std::filesystem::path run_folder;  ///< Exists.
  std::vector<data::Sample> samples;
  model::VisionLanguageModel& policy;
  /// Only when the algorithm needs one; frozen, or moved by reference_sync_every. Of a policy with
  /// an adapter it is the policy, which computes its reference without the adapter.
  model::VisionLanguageModel* reference = nullptr;
  const processor::Processor& processor;
  processor::PromptLoader& loader;
  /// The ranks that share each step.
  distributed::ProcessGroup& group = distributed::single_process();
  /// None: metrics and progress are without utilisation.
  std::optional<Yardstick> yardstick = {};
  /// See GenerationConfig; 0: any number.
  int64_t cache_tokens = 0;
  /// Without a sound checkpoint the run is refused.
  bool must_resume = false;
  /// None: the run does not validate.
  Validate validate = {};
};

/// Trains to config.steps, from the newest checkpoint of the run folder if there is one. A run that
/// was killed and resumed ends with the same weights and metric lines as one that was not. The
/// prompts of a step are spread over the ranks, a prompt and its responses on one; the losses are
/// divided by the counts of the whole step and the gradients added up, so that the result is that
/// of one rank up to rounding. Rank 0 writes the files.
///
/// Work per step: a video is decoded once (not again while PromptLoader keeps it), encoded once and
/// its prompt prefilled once, whatever the group size; the update reuses the features. A trained
/// vision encoder (model.freeze_vision: false) runs once more per prompt, in the update, to record
/// gradients; so does the reference's, which is then another encoder.
/// @throws StopRequested after saving when asked to stop; NotFiniteError; DataError; DiskError.
void train_grpo(const TrainingParts& parts);
void train_sft(const TrainingParts& parts);

}  // namespace vrlt::trainer
