#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/settings/synth_config.h"

namespace vrlt::app {

/// A Qwen2.5-VL-shaped model folder without weights, its tokenizer trained on `sentences`.
void write_synth_model(const settings::SynthModel& config, const std::vector<std::string>& sentences, const std::filesystem::path& folder);

}  // namespace vrlt::app
