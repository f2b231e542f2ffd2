#pragma once

#include <string>
#include <unordered_map>

#include "trainer/prompt_stream.h"

namespace vrlt::trainer {

/// The rules of `online_selection`, see OnlineSelectionSection.
std::unique_ptr<PromptStream> epoch_filter_stream(const TrainConfig& config, const std::vector<data::Sample>& samples);
std::unique_ptr<PromptStream> memory_bank_stream(const TrainConfig& config, const std::vector<data::Sample>& samples);
std::unique_ptr<PromptStream> curriculum_stream(const TrainConfig& config, const std::vector<data::Sample>& samples);

std::unordered_map<std::string, int64_t> indices_by_id(const std::vector<data::Sample>& samples);

}  // namespace vrlt::trainer
