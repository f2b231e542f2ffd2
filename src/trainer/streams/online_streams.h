#pragma once

#include <string_view>
#include <unordered_map>

#include "trainer/streams/prompt_stream.h"

namespace vrlt::trainer {

/// The rules of `online_selection`, see OnlineSelectionSection.
std::unique_ptr<PromptStream> epoch_filter_stream(const settings::TrainConfig& config,
                                                  const std::vector<data::Sample>& samples);
std::unique_ptr<PromptStream> memory_bank_stream(const settings::TrainConfig& config,
                                                 const std::vector<data::Sample>& samples);
std::unique_ptr<PromptStream> curriculum_stream(const settings::TrainConfig& config,
                                                const std::vector<data::Sample>& samples);

/// Indices first, first + 1, ... of an order.
std::vector<int64_t> samples_in_order(const data::SampleOrder& order, int64_t first, int64_t count);

/// The names are those of the samples, which outlive the map.
std::unordered_map<std::string_view, int64_t> indices_by_id(
    const std::vector<data::Sample>& samples);

}  // namespace vrlt::trainer
