#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::app {

/// The size of the tiny model that comes with rendered clips.
struct SynthModel {
  int64_t text_width = 96, text_layers = 3, vision_width = 64, vision_layers = 2;
};

/// A Qwen2.5-VL-shaped model folder without weights, its tokenizer trained on `sentences`.
void write_synth_model(const SynthModel& config, const std::vector<std::string>& sentences, const std::filesystem::path& folder);

}  // namespace vrlt::app
