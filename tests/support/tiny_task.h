#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/qwen_media.h"
#include "tests/support/tiny_model.h"
#include "vrlt/data/sample.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/tokenizer/sentencepiece_trainer.h"
#include "vrlt/video/encoder.h"

namespace vrlt::test {

/// A folder with a tiny model (config and tokenizer, random weights) and one two-second clip per
/// sample: a bright square on a dark ground, in another place in each. Samples ask when something
/// happens.
class TinyTask {
 public:
  TinyTask(const std::filesystem::path& folder, int64_t num_samples) : folder_(folder) {
    write_model();
    for (int64_t i = 0; i < num_samples; ++i) add_sample(i);
  }

  std::filesystem::path model_folder() const { return folder_ / "model"; }
  const std::filesystem::path& data_root() const { return folder_; }
  const std::vector<data::Sample>& samples() const { return samples_; }

  std::unique_ptr<model::VisionLanguageModel> open_model() const {
    return model::load_model(model_folder(), {.random_weights = true, .seed = 5});
  }

  /// 4 frames of 56 x 56: 8 vision tokens.
  static processor::MediaOptions media_options() {
    return {.video = qwen_video({.fps = 2.0, .min_pixels = 56 * 56, .max_pixels = 56.0 * 56}),
            .image = qwen_image()};
  }

 private:
  static constexpr int64_t kSize = 56, kFramesPerSecond = 4, kFrames = 8;

  void write_model() const {
    std::filesystem::create_directories(model_folder());
    tokenizer::train_sentencepiece(
        {"system\nYou are a helpful assistant.", "user\nwhen red square ?", "assistant\n",
         "0.5 to 1.5", "0.0 to 1.0", "when blue circle ?"},
        300, model_folder());
    const auto tokenizer = tokenizer::load_tokenizer(model_folder());
    const auto id = [&](const char* token) { return *tokenizer->token_to_id(token); };
    make_tiny_model_folder(model_folder(), {{"vocab_size", tokenizer->vocab_size() + 5},
                                            {"eos_token_id", id("<|im_end|>")},
                                            {"vision_start_token_id", id("<|vision_start|>")},
                                            {"vision_end_token_id", id("<|vision_end|>")},
                                            {"image_token_id", id("<|image_pad|>")},
                                            {"video_token_id", id("<|video_pad|>")}});
    io::write_file_atomic(
        model_folder() / "generation_config.json",
        io::Json{{"eos_token_id", {id("<|im_end|>"), id("<|endoftext|>")}}}.dump());
  }

  void add_sample(int64_t number) {
    const auto name = "clip" + std::to_string(number) + ".mp4";
    video::VideoWriter writer(folder_ / name, kSize, kSize, kFramesPerSecond);
    for (int64_t frame = 0; frame < kFrames; ++frame) {
      video::RgbFrame picture{kSize, kSize, std::vector<uint8_t>(kSize * kSize * 3, 20)};
      for (int64_t y = 0; y < 16; ++y)
        for (int64_t x = 0; x < 16; ++x)
          picture.pixels[static_cast<size_t>(((8 + y) * kSize + 4 * number + 2 * frame + x) * 3)] =
              230;
      writer.write(picture);
    }
    writer.close();
    samples_.push_back(data::parse_sample(
        {{"schema", "vs/1"},
         {"id", "sample" + std::to_string(number)},
         {"task", "tvg"},
         {"video", name},
         {"duration", 2.0},
         {"question", "red square"},
         {"segments", io::Json::array({{0.5 * static_cast<double>(number % 2),
                                        1.0 + 0.5 * static_cast<double>(number % 2)}})}},
        name));
  }

  std::filesystem::path folder_;
  std::vector<data::Sample> samples_;
};

}  // namespace vrlt::test
