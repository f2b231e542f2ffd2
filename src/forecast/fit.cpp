#include "vrlt/forecast/fit.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "vrlt/core/error.h"

namespace vrlt::forecast {
namespace {

constexpr int64_t kMicroBatches[] = {1, 2, 4, 8, 16};
constexpr int64_t kFrameDivisors[] = {1, 2, 4, 8};
constexpr int64_t kAdapterRank = 64;
constexpr double kRateOfAdapters = 10.0;  // times that of full training

/// A config changed step by step, with what says so on a command line.
class Changed {
 public:
  explicit Changed(const settings::TrainConfig& config) : config_(config) {}

  const settings::TrainConfig& config() const { return config_; }
  const std::vector<std::string>& overrides() const { return overrides_; }

  template <typename Value, typename New>
  void set(const char* key, Value& value, const New& changed) {
    if (value == changed) return;
    value = changed;
    overrides_.push_back(concat(key, "=", changed));
  }

  void set_micro_batch(int64_t size) { set("micro_batch", config_.micro_batch, size); }
  void set_checkpointing(const char* mode) {
    set("model.activation_checkpointing", config_.model.activation_checkpointing, mode);
  }
  void set_shard(const char* mode) { set("distributed.shard", config_.distributed.shard, mode); }

  void train_adapter() {
    set("lora.rank", config_.lora.rank, kAdapterRank);
    set("optim.lr", config_.optim.lr, kRateOfAdapters * config_.optim.lr);
    if (!config_.model.freeze_vision) {
      config_.model.freeze_vision = true;
      overrides_.emplace_back("model.freeze_vision=true");
    }
    if (config_.algorithm.reference_sync_every > 0 && !config_.is_sft())
      set("algorithm.reference_sync_alpha", config_.algorithm.reference_sync_alpha, 1.0);
  }

  /// @return false where there are too few to divide.
  bool divide_frames(int64_t divisor) {
    if (divisor == 1) return true;
    auto& video = config_.video;
    const int64_t frames = video.num_frames.value_or(video.max_frames) / divisor;
    if (frames < std::max<int64_t>(2, video.min_frames)) return false;
    if (video.num_frames)
      set("video.num_frames", *video.num_frames, frames);
    else
      set("video.max_frames", video.max_frames, frames);
    video.total_pixels /= static_cast<double>(divisor);
    overrides_.push_back(concat("video.total_pixels=", static_cast<int64_t>(video.total_pixels)));
    return true;
  }

 private:
  settings::TrainConfig config_;
  std::vector<std::string> overrides_;
};

/// All of them for one choice of what is trained.
class Search {
 public:
  Search(const model::ModelShape& shape, const Cards& cards, const PromptOf& prompt_of,
         std::vector<Candidate>& candidates)
      : shape_(shape),
        prompt_of_(prompt_of),
        cards_(cards),
        ranks_{.all = cards.count, .of_machine = cards.of_machine},
        candidates_(candidates) {}

  /// @param trained  what is trained, the rest as the config says. @param like  the same, told.
  void run(const Changed& trained, const Candidate& like) {
    const auto prompt = prompt_of_(trained.config());
    for (const char* checkpointing : {"none", "blocks"})
      for (const char* mode : modes())
        if (!(needs_checkpoints(mode) && std::string(checkpointing) == "none"))
          for (const int64_t size : micro_batches(trained.config())) {
            auto changed = trained;
            changed.set_micro_batch(size);
            changed.set_checkpointing(checkpointing);
            if (cards_.count > 1) changed.set_shard(mode);
            add(changed, prompt, like);
          }
  }

 private:
  /// Of the table, so that none is proposed that the program does not know.
  std::vector<const char*> modes() const {
    std::vector<const char*> names;
    for (const auto& mode : optim::kShardModes) names.push_back(mode.name);
    if (cards_.count == 1) names.resize(1);  // all are the same
    return names;
  }

  /// Layers whose weights leave again are gone back by computing them again.
  static bool needs_checkpoints(const std::string& mode) { return mode == "parameters"; }

  std::vector<int64_t> micro_batches(const settings::TrainConfig& config) const {
    const int64_t most = prompts_of_rank(load_of(config), ranks_);
    std::vector<int64_t> sizes;
    for (const int64_t size : kMicroBatches)
      if (size <= most) sizes.push_back(size);
    return sizes;
  }

  void add(const Changed& changed, const processor::PromptSize& prompt, Candidate candidate) {
    candidate.overrides = changed.overrides();
    candidate.load = load_of(changed.config());
    candidate.memory = training_memory(candidate.load, shape_, prompt, ranks_, cards_.bytes);
    candidate.seconds = step_seconds(candidate.load, shape_, prompt, ranks_);
    candidates_.push_back(std::move(candidate));
  }

  const model::ModelShape& shape_;
  const PromptOf& prompt_of_;
  const Cards& cards_;
  Ranks ranks_;
  std::vector<Candidate>& candidates_;
};

}  // namespace

double Candidate::distance() const {
  return std::log2(static_cast<double>(frame_divisor)) + (adapter_instead ? 1.5 : 0.0);
}

Fit search_fit(const settings::TrainConfig& config, const model::ModelShape& shape,
               const Cards& cards, const PromptOf& prompt_of) {
  Fit fit{.cards = cards, .prompt = prompt_of(config)};
  Search search(shape, cards, prompt_of, fit.candidates);
  for (const bool adapter : {false, true})
    for (const int64_t divisor : kFrameDivisors) {
      if (adapter && config.lora.is_on()) continue;
      Changed trained(config);
      if (adapter) trained.train_adapter();
      if (trained.divide_frames(divisor))
        search.run(trained, {.adapter_instead = adapter, .frame_divisor = divisor});
    }
  const auto missing = [&](const Candidate& candidate) {
    return std::max(0.0, candidate.memory.peak() - cards.bytes);
  };
  std::stable_sort(fit.candidates.begin(), fit.candidates.end(), [&](const auto& a, const auto& b) {
    return std::tuple(missing(a), a.distance(), a.seconds) <
           std::tuple(missing(b), b.distance(), b.seconds);
  });
  fit.num_fitting = static_cast<size_t>(
      std::count_if(fit.candidates.begin(), fit.candidates.end(),
                    [&](const auto& candidate) { return missing(candidate) == 0; }));
  return fit;
}

}  // namespace vrlt::forecast
