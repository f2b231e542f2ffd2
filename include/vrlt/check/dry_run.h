#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/check/media.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/settings/run_config.h"
#include "vrlt/trainer/budget.h"

namespace vrlt::check {

/// What any of the programs that run a model does with its samples.
struct RunPlan {
  settings::ModelSection model;
  settings::DataSection data;
  processor::MediaOptions media;
  int64_t response_tokens = 0;  ///< Longest response.
  Purpose purpose;
  /// What a run costs. @param num_samples  of the whole pool; @param sizes  of the prompts that
  /// were planned.
  std::function<std::string(const model::ModelShape& shape, int64_t num_samples,
                            const trainer::PromptSizes& sizes, int64_t ranks)>
      budget;
};

/// A model folder as far as it can be opened without weights.
struct ModelFolder {
  model::ModelShape shape;
  int64_t max_positions = 0;  ///< 0: not said.
  std::unique_ptr<processor::Processor> processor;
};

/// @throws MissingInputError if the weights that model.init asks for are not there; as load_model
/// and Processor.
ModelFolder open_model_folder(const settings::ModelSection& section);

/// Plans frames, sizes and text of records as the run would. @return  by sample, as
/// check_media.
MediaResult plan_records(const Samples& samples, const RunPlan& plan, const ModelFolder& folder,
                         int threads, std::vector<Finding>& findings);

/// `--dry-run`: matches all samples with what the run wants of them, opens the model folder, plans
/// the prompts of the pool (or of evenly spread samples, if there are many), prints what was found
/// and what the run costs. Nothing is written.
/// @param ranks  that the run will have; 0: as many as the launcher started.
/// @throws ConfigError, DataError, MissingInputError as the run would before its first step, and
/// where none of the videos can be read.
int dry_run(const RunPlan& plan, const std::vector<data::Sample>& samples, int64_t ranks);

/// What a run says of its prompts before it asks the first: the longest, and some that are spread
/// over the pool, are planned as above. One warning for those that are longer than the model was
/// made for, and one for records whose durations are not those of their videos.
/// @throws DataError if all durations are wrong and the run learns from its records; as
/// open_model_folder.
void foretell(const RunPlan& plan, const Samples& samples);

/// Pointers to the samples.
Samples pointers_to(const std::vector<data::Sample>& samples);

}  // namespace vrlt::check
