#include "vrlt/opening/opened_model.h"

#include "opening/model_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/data/own_prompt.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/forecast/device.h"
#include "vrlt/forecast/longest_prompt.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/io/folders.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/adapter_files.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/opening/read_samples.h"
#include "vrlt/settings/model_folder.h"

namespace vrlt::opening {
namespace {

/// The adapter that model.adapter names, or the one to begin.
void open_adapter(model::VisionLanguageModel& policy, const settings::ModelSection& section,
                  const model::LoraConfig& begun, uint64_t seed) {
  const std::filesystem::path folder = section.adapter;
  const auto lora = folder.empty() ? begun : model::read_adapter(folder).lora;
  if (!lora.is_on()) return;
  const Making making("the adapter", "lora.rank");
  auto& adapter = model::add_adapter(policy, lora, section.path, seed);
  if (folder.empty()) return;
  model::load_adapter(folder, adapter, adapter.pairs->trained);
  if (const auto other = model::other_base(folder, adapter); !other.empty()) log::warning(other);
}

}  // namespace

std::unique_ptr<model::VisionLanguageModel> open_weights(const settings::ModelSection& section,
                                                         uint64_t seed, LayersOver layers_over) {
  settings::check_model_folder(section);
  const Making making("the model", "the size of the model, set model.dtype to bfloat16");
  model::ModelOptions options;
  options.dtype = section.dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
  options.device = at::Device(section.device);
  options.random_weights = !section.reads_weights();
  options.seed = seed;
  options.checkpoint_blocks = section.checkpoints_blocks();
  options.layers_over = std::move(layers_over);
  return model::load_model(section.path, options);
}

OpenedModel open_model(const settings::ModelSection& model, const settings::DataSection& data,
                       const processor::MediaOptions& media, uint64_t seed, bool trains_vision,
                       const model::LoraConfig& lora, LayersOver layers_over) {
  constexpr int64_t kMegabyte = 1 << 20, kGigabyte = 1 << 30;
  OpenedModel opened;
  opened.model = open_weights(model, seed, std::move(layers_over));
  open_adapter(*opened.model, model, lora, seed);
  opened.processor = std::make_unique<processor::Processor>(
      model::load_prompt_format(model.path, model.prompt_rules()));
  check_tokens(model.path, opened.processor->tokenizer(), *opened.model);
  const int64_t cache_folder_bytes = data.cache_gigabytes * kGigabyte;
  if (!data.cache_folder.empty() && !trains_vision)
    opened.model->set_feature_cache(std::make_unique<model::FeatureCache>(
        data.cache_folder, cache_folder_bytes, model::encoder_fingerprint(*opened.model)));
  const processor::ClipReading reading = {.cache_folder = data.cache_folder,
                                          .cache_folder_bytes = cache_folder_bytes,
                                          .threads = data.reader_threads};
  opened.loader = std::make_unique<processor::PromptLoader>(
      *opened.processor, media, data.root, data.prompt, data.cache_megabytes * kMegabyte, reading);
  return opened;
}

int64_t cache_tokens(const settings::ModelSection& model, const settings::DataSection& data,
                     const processor::MediaOptions& media,
                     const settings::RolloutSection& generation, int64_t batch,
                     const std::vector<const data::Sample*>& samples) {
  const auto shape = model::read_model_shape(model.path);
  return forecast::cache_tokens(
      forecast::load_of(model, data, generation, batch, std::ssize(samples)), shape,
      forecast::longest_prompt(samples, media, shape.geometry), {},
      forecast::device_bytes(model.device, distributed::detect_launch().local_rank));
}

void tell_what_is_not_followed(const settings::ModelSection& model,
                               const settings::DataSection& data,
                               const std::vector<const data::Sample*>& samples) {
  for (const auto& lines : {not_followed(model.path), unused_subtitles(samples, data.prompt)})
    for (const auto& line : lines) log::warning(line);
}

void require_media_root(const settings::DataSection& data) {
  if (!io::is_folder(data.root))
    throw MissingInputError(concat("data.root ", data.root, ": no such folder"));
}

std::vector<data::Sample> read_samples(const settings::DataSection& data) {
  return read_samples(data, data::BadTruths::kLeaveOut);
}

std::vector<data::Sample> read_samples(const settings::DataSection& data,
                                       data::BadTruths bad_truths) {
  const Making making("the list of samples", "the number of records");
  auto samples = data::load_samples({data.records.begin(), data.records.end()}, bad_truths);
  if (data.max_samples > 0 && static_cast<int64_t>(samples.size()) > data.max_samples)
    samples.resize(static_cast<size_t>(data.max_samples));
  return samples;
}

std::vector<std::filesystem::path> input_paths(const settings::ModelSection& model,
                                               const settings::DataSection& data) {
  std::vector<std::filesystem::path> paths(data.records.begin(), data.records.end());
  for (auto& path : model_paths(model)) paths.push_back(std::move(path));
  if (data::names_own_prompt(data.prompt)) paths.emplace_back(data.prompt);
  return paths;
}

std::vector<std::filesystem::path> model_paths(const settings::ModelSection& model) {
  std::vector<std::filesystem::path> paths = {model.path};
  if (!model.adapter.empty()) paths.emplace_back(model.adapter);
  return paths;
}

std::vector<std::string> keys_that_may_change(std::vector<std::string> others) {
  for (const char* key :
       {"max_bad_fraction", "cache_megabytes", "cache_folder", "cache_gigabytes", "reader_threads"})
    others.push_back(concat("data.", key));
  return others;
}

}  // namespace vrlt::opening
