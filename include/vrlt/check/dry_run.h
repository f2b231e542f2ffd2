#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/check/media.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/forecast/work.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::check {

/// What a run computes and holds.
struct Cost {
  forecast::Work work;
  forecast::Memory memory;
};

/// What any of the programs that run a model does with its samples.
struct RunPlan {
  settings::ModelSection model;
  settings::DataSection data;
  processor::MediaOptions media;
  int64_t response_tokens = 0;  ///< Longest response.
  Purpose purpose;
  std::optional<double> device_tflops;  ///< As the config declares.
  /// What a run costs. @param num_samples  of the whole pool; @param sizes  of the prompts that
  /// were planned; @param device_bytes  that a rank has, if known.
  std::function<Cost(const model::ModelShape& shape, int64_t num_samples,
                     const forecast::PromptSizes& sizes, const forecast::Ranks& ranks,
                     std::optional<double> device_bytes)>
      cost;
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
/// @param ranks  that the run will have; 0: as many as the launcher started. @param card  the size
/// of a device such as 80GB; empty: of the one at hand.
/// @throws ConfigError, DataError, MissingInputError as the run would before its first step, and
/// where none of the videos can be read; OutOfMemoryError if it does not fit the device.
int dry_run(const RunPlan& plan, const std::vector<data::Sample>& samples, int64_t ranks,
            const std::string& card);

/// What a run says of its prompts before it asks the first: the longest, and some that are spread
/// over the pool, are planned as above. One warning for those that are longer than the model was
/// made for, one for records whose durations are not those of their videos, and one if the device
/// of this rank would not hold the run.
/// @throws DataError if all durations are wrong and the run learns from its records; as
/// open_model_folder.
void foretell(const RunPlan& plan, const Samples& samples);

/// Pointers to the samples.
Samples pointers_to(const std::vector<data::Sample>& samples);

}  // namespace vrlt::check
