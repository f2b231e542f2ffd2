#pragma once

#include <string_view>
#include <unordered_map>

#include "trainer/streams/prompt_stream.h"

namespace vrlt::trainer {

/// The stream of a rule of `online_selection` (settings/online_rules.h). Each rule has its own, in
/// a file of its name: a rule without one does not link.
/// @param samples  outlive the stream.
template <typename Rule>
std::unique_ptr<PromptStream> make_stream(const Rule& rule,
                                          const std::vector<data::Sample>& samples, uint64_t seed);

/// Indices first, first + 1, ... of an order.
std::vector<int64_t> samples_in_order(const data::SampleOrder& order, int64_t first, int64_t count);

/// The names are those of the samples, which outlive the map.
std::unordered_map<std::string_view, int64_t> indices_by_id(
    const std::vector<data::Sample>& samples);

}  // namespace vrlt::trainer
