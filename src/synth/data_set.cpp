#include "vrlt/synth/data_set.h"

#include "synth/synth_clip.h"
#include "synth/synth_questions.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/model/small_model.h"
#include "vrlt/tokenizer/sentencepiece_trainer.h"

namespace vrlt::synth {
namespace fs = std::filesystem;
namespace {

void write_split(const settings::SynthConfig& config, const std::string& split, int64_t count) {
  io::create_folders(fs::path(config.output) / "videos" / split);
  metrics::ProgressBar progress("render " + split, count);
  std::string lines;
  for (int64_t i = 0; i < count; ++i) {
    const auto clip = make_synth_clip(config.world, config.seed, split, i);
    const auto records =
        synth_records(clip, config.world, config.paraphrases, split, i, config.seed);
    render_synth_clip(
        clip, config.style,
        fs::path(config.output) / "videos" / records.front()["video"].get<std::string>());
    for (const auto& record : records) lines += io::to_line(record) + "\n";
    progress.update(i + 1);
  }
  io::write_file_atomic(fs::path(config.output) / (split + ".jsonl"), lines);
}

/// A model folder without weights, its tokenizer trained on what the records say.
void write_model(const settings::SynthConfig& config) {
  constexpr int64_t kVocabulary = 384;
  const auto folder = fs::path(config.output) / "model";
  io::create_folders(folder);
  tokenizer::train_sentencepiece(synth_sentences(config.world, config.paraphrases), kVocabulary,
                                 folder);
  model::write_small_model(config.model, folder);
}

}  // namespace

void write_data_set(const settings::SynthConfig& config) {
  write_split(config, "train", config.train_clips);
  write_split(config, "test", config.test_clips);
  write_model(config);
  log::info(concat("wrote ", config.train_clips, " + ", config.test_clips,
                   " clips, their records and a model folder to ", config.output));
}

}  // namespace vrlt::synth
