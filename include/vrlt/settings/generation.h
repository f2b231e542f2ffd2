#pragma once

#include <cstdint>
#include <optional>

#include "vrlt/rollout/generation_config.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// How a program with this section generates. @param group_size  responses to a prompt, where it is
/// not that of the section.
inline rollout::GenerationConfig generation_config(const RolloutSection& section, uint64_t seed,
                                                   std::optional<int64_t> group_size = {}) {
  return {.group_size = group_size.value_or(section.group_size),
          .max_new_tokens = section.max_new_tokens,
          .sampling = section.sampling,
          .seed = seed};
}

}  // namespace vrlt::settings
