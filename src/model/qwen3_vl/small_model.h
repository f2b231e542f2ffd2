#pragma once

#include <filesystem>

#include "vrlt/model/small_model.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::model::qwen3_vl {

/// As model::write_small_model(). @param tokenizer  the folder's.
void write_small_model(const SmallModel& sizes, const tokenizer::Tokenizer& tokenizer,
                       const std::filesystem::path& folder);

}  // namespace vrlt::model::qwen3_vl
