#include "vrlt/app/synth.h"

#include <algorithm>
#include <cstdio>

#include "app/synth_clip.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/random.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/data/prompt.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/tokenizer/sentencepiece_trainer.h"
#include "vrlt/tokenizer/tokenizer.h"
#include "vrlt/trainer/run_config.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

/// What `vrlt-data synth` reads.
struct SynthConfig {
  std::string output;
  uint64_t seed = 0;
  int64_t train_clips = 600;
  int64_t test_clips = 200;
  SynthStyle style;
  int64_t text_width = 96, text_layers = 3, vision_width = 64, vision_layers = 2;
};

void visit_fields(config::FieldVisitor& v, SynthConfig& c) {
  v.field({.name = "output", .help = "folder for videos, records and the model", .required = true}, c.output);
  v.field({.name = "seed", .help = "of what is drawn"}, c.seed);
  v.field({.name = "train_clips", .help = "clips for training", .min = 1}, c.train_clips);
  v.field({.name = "test_clips", .help = "held-out clips", .min = 1}, c.test_clips);
  v.field({.name = "size", .help = "pixels per side, a multiple of 28", .min = 28, .max = 1120}, c.style.size);
  v.field({.name = "frames_per_second", .help = "of the files", .min = 1, .max = 60}, c.style.frames_per_second);
  v.begin_section("model", "the tiny model: config.json without weights");
  v.field({.name = "text_width", .help = "hidden size of the decoder, a multiple of 24", .min = 24, .max = 4096}, c.text_width);
  v.field({.name = "text_layers", .help = "decoder layers", .min = 1, .max = 100}, c.text_layers);
  v.field({.name = "vision_width", .help = "hidden size of the vision encoder, a multiple of 16", .min = 16, .max = 4096}, c.vision_width);
  v.field({.name = "vision_layers", .help = "vision blocks", .min = 1, .max = 100}, c.vision_layers);
  v.end_section();
}

/// A record of one clip, without what a task adds.
io::Json base_record(const std::string& split, int64_t index, const char* task, const SynthClip& clip) {
  char name[32];
  std::snprintf(name, sizeof name, "%s/%05lld.mp4", split.c_str(), static_cast<long long>(index));
  return {{"schema", "vs/1"},
          {"id", concat("synth/", split, "/", task, "/", index)},
          {"task", task},
          {"bench", "synth"},
          {"split", split},
          {"video", name},
          {"clip_start", 0},
          {"clip_end", nullptr},
          {"duration", clip.duration_seconds},
          {"question", ""},
          {"options", nullptr},
          {"answer", nullptr},
          {"segments", nullptr},
          {"source", "synth"}};
}

io::Json segment_of(const SynthShape& shape) { return io::Json::array({io::Json::array({shape.start_seconds, shape.end_seconds})}); }

/// The options are the target's palette: it shows one of them.
void add_options(io::Json& record, const SynthClip& clip) {
  const auto& palette = synth_palettes()[clip.palette];
  record["options"] = palette;
  record["answer"] = std::find(palette.begin(), palette.end(), clip.shapes.front().color) - palette.begin();
}

/// One question per task family about a clip.
std::vector<io::Json> make_records(const SynthClip& clip, const std::string& split, int64_t index, uint64_t seed) {
  const uint64_t key = stable_hash(concat("question/", split, "/", index));
  const auto& any_shape = clip.shapes[random_bits(seed, key, 0, 0) % clip.shapes.size()];
  auto grounding = base_record(split, index, "tvg", clip);
  grounding["question"] = any_shape.color + " " + any_shape.shape;
  grounding["segments"] = segment_of(any_shape);
  auto choice = base_record(split, index, "mcq", clip);
  choice["question"] = "which color";
  add_options(choice, clip);
  auto grounded = base_record(split, index, "gqa", clip);
  grounded["question"] = "which color";
  add_options(grounded, clip);
  grounded["segments"] = segment_of(clip.shapes.front());
  return {grounding, choice, grounded};
}

void write_split(const SynthConfig& config, const std::string& split, int64_t count) {
  io::create_folders(fs::path(config.output) / "videos" / split);
  metrics::ProgressBar progress("render " + split, count);
  std::string lines;
  for (int64_t i = 0; i < count; ++i) {
    const auto clip = make_synth_clip(config.seed, split, i);
    auto records = make_records(clip, split, i, config.seed);
    render_synth_clip(clip, config.style, fs::path(config.output) / "videos" / records.front()["video"].get<std::string>());
    for (const auto& record : records) lines += io::to_line(record) + "\n";
    progress.update(i + 1);
    if (stop_requested()) throw StopRequested("stopped while rendering");
  }
  io::write_file_atomic(fs::path(config.output) / (split + ".jsonl"), lines);
}

/// Everything the demo's model ever reads or writes, for the tokenizer.
std::vector<std::string> tokenizer_sentences() {
  std::vector<std::string> sentences = {"system\nYou are a helpful assistant.", "user\n", "assistant\n"};
  for (const auto& palette : synth_palettes()) {
    const auto options = "A. " + palette[0] + " B. " + palette[1] + " C. " + palette[2] + " ?";
    sentences.push_back("which color " + options);
    sentences.push_back("which color when " + options);
    for (const auto& color : palette)
      for (const auto& shape : synth_shapes()) sentences.push_back("when " + color + " " + shape + " ?");
  }
  for (int tenths = 0; tenths <= 80; tenths += 5) {
    char text[64];
    std::snprintf(text, sizeof text, "%d.%d to %d.%d", tenths / 10, tenths % 10, 8 - tenths / 10, tenths % 10);
    for (int repeat = 0; repeat < 4; ++repeat) sentences.emplace_back(text);
    sentences.push_back(std::string(1, static_cast<char>('A' + tenths % 3)) + ", " + text);
  }
  return sentences;
}

void write_model_folder(const SynthConfig& config) {
  const auto folder = fs::path(config.output) / "model";
  io::create_folders(folder);
  tokenizer::train_sentencepiece(tokenizer_sentences(), 384, folder);
  const auto tokenizer = tokenizer::load_tokenizer(folder);
  const auto id = [&](const char* token) { return *tokenizer->token_to_id(token); };
  constexpr int64_t kHeads = 4;
  const int64_t head_dim = config.text_width / kHeads, pairs = head_dim / 2;
  const io::Json json = {{"architectures", {"Qwen2_5_VLForConditionalGeneration"}},
                         {"model_type", "qwen2_5_vl"},
                         {"bos_token_id", id("<|endoftext|>")},
                         {"eos_token_id", id("<|im_end|>")},
                         {"vision_start_token_id", id("<|vision_start|>")},
                         {"vision_end_token_id", id("<|vision_end|>")},
                         {"vision_token_id", id("<|vision_pad|>")},
                         {"image_token_id", id("<|image_pad|>")},
                         {"video_token_id", id("<|video_pad|>")},
                         {"hidden_act", "silu"},
                         {"hidden_size", config.text_width},
                         {"initializer_range", 0.1},
                         {"intermediate_size", 2 * config.text_width},
                         {"num_attention_heads", kHeads},
                         {"num_hidden_layers", config.text_layers},
                         {"num_key_value_heads", kHeads / 2},
                         {"rms_norm_eps", 1e-6},
                         {"rope_theta", 1000.0},
                         {"rope_scaling", {{"type", "mrope"}, {"mrope_section", {pairs - 2 * (pairs / 4), pairs / 4, pairs / 4}}}},
                         {"tie_word_embeddings", true},
                         {"use_sliding_window", false},
                         {"vocab_size", (tokenizer->vocab_size() + 15) / 16 * 16},
                         {"torch_dtype", "float32"},
                         {"vision_config",
                          {{"depth", config.vision_layers},
                           {"hidden_act", "silu"},
                           {"hidden_size", config.vision_width},
                           {"intermediate_size", 2 * config.vision_width},
                           {"num_heads", 4},
                           {"in_chans", 3},
                           {"out_hidden_size", config.text_width},
                           {"patch_size", 14},
                           {"spatial_merge_size", 2},
                           {"temporal_patch_size", 2},
                           {"window_size", 112},
                           {"fullatt_block_indexes", {config.vision_layers - 1}},
                           {"tokens_per_second", 2}}}};
  io::write_file_atomic(folder / "config.json", json.dump(2) + "\n");
  const io::Json generation = {{"eos_token_id", {id("<|im_end|>"), id("<|endoftext|>")}}, {"pad_token_id", id("<|endoftext|>")}};
  io::write_file_atomic(folder / "generation_config.json", generation.dump(2) + "\n");
}

}  // namespace

int run_synth(const CommandLine& command) {
  SynthConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit, [&](const config::KeyLocations& locations) {
    std::vector<std::string> problems;
    const auto require_multiple = [&](const char* key, int64_t value, int64_t factor) {
      if (value % factor != 0)
        problems.push_back(concat(trainer::place_of(key, locations), ": ", key, " is ", value, ", expected a multiple of ", factor));
    };
    require_multiple("size", config.style.size, 28);
    require_multiple("model.text_width", config.text_width, 24);
    require_multiple("model.vision_width", config.vision_width, 16);
    return problems;
  });
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, true).c_str(), stdout);
    return 0;
  }
  if (command.dry_run) return 0;
  write_split(config, "train", config.train_clips);
  write_split(config, "test", config.test_clips);
  write_model_folder(config);
  log::info(concat("wrote ", config.train_clips, " + ", config.test_clips, " clips, their records and a model folder to ", config.output));
  return 0;
}

}  // namespace vrlt::app
