#pragma once

#include <memory>
#include <vector>

#include "vrlt/data/dataset.h"
#include "vrlt/model/lora_config.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::opening {

/// How many tokens a program that asks may keep keys and values of (GenerationConfig), beside the
/// weights on the device of this rank. @param samples  of the pool. @param batch  of them asked
/// together.
int64_t cache_tokens(const settings::ModelSection& model, const settings::DataSection& data,
                     const processor::MediaOptions& media,
                     const settings::RolloutSection& generation, int64_t batch,
                     const std::vector<const data::Sample*>& samples);

/// A model with what turns samples into its inputs.
struct OpenedModel {
  std::unique_ptr<model::VisionLanguageModel> model;
  std::unique_ptr<processor::Processor> processor;
  std::unique_ptr<processor::PromptLoader> loader;
};

/// The ranks over which the decoder's layers are cut (ModelOptions::layers_over).
using LayersOver = std::shared_ptr<const distributed::ShardRanks>;

/// @param trains_vision  the vision encoder will change: its features are not for the cache folder.
/// @param lora  an adapter to begin, where model.adapter names none; rank 0: none.
/// @throws as model::load_model(); DataError where tokenizer and weights do not fit, or answers
/// could not be read (see check_tokens()).
OpenedModel open_model(const settings::ModelSection& model, const settings::DataSection& data,
                       const processor::MediaOptions& media, uint64_t seed,
                       bool trains_vision = false, const model::LoraConfig& lora = {},
                       LayersOver layers_over = {});

/// Warns of what the model folder and the records have and this program does not use: another chat
/// template, settings of generation, subtitles. Once in a run, on its first rank.
void tell_what_is_not_followed(const settings::ModelSection& model,
                               const settings::DataSection& data,
                               const std::vector<const data::Sample*>& samples);

/// The weights alone, without an adapter: a frozen reference.
std::unique_ptr<model::VisionLanguageModel> open_weights(const settings::ModelSection& model,
                                                         uint64_t seed,
                                                         LayersOver layers_over = {});

/// Before anything below data.root is read. @throws MissingInputError if it is not a folder.
void require_media_root(const settings::DataSection& data);

/// Reads the records a data section names, at most max_samples. @throws MissingInputError,
/// DataError.
std::vector<data::Sample> read_samples(const settings::DataSection& data);

/// The folder of the model, and that of its adapter if it has one.
std::vector<std::filesystem::path> model_paths(const settings::ModelSection& model);

/// The record files and the model's folders: what inputs.json describes.
std::vector<std::filesystem::path> input_paths(const settings::ModelSection& model,
                                               const settings::DataSection& data);

/// Keys of a config that may differ when a run goes on: those of how samples are read, and
/// `others`. For RunRecipe::free_keys.
std::vector<std::string> keys_that_may_change(std::vector<std::string> others);

}  // namespace vrlt::opening
