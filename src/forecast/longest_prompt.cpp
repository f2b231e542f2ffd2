#include "vrlt/forecast/longest_prompt.h"

#include "vrlt/processor/prompt_cost.h"

namespace vrlt::forecast {

processor::PromptSize longest_prompt(const std::vector<const data::Sample*>& samples,
                                     const processor::MediaOptions& media,
                                     const processor::VisionGeometry& geometry) {
  constexpr double kTemplateTokens = 256.0;  // that a prompt has beside its question, and more
  processor::PromptSize longest;
  for (const auto* sample : samples)
    if (const auto size = processor::estimated_size(*sample, media, geometry);
        size.tokens() > longest.tokens())
      longest = size;
  longest.text_tokens += kTemplateTokens;
  return longest;
}

processor::PromptSize longest_prompt(const settings::TrainConfig& config,
                                     const model::ModelShape& shape) {
  const data::Sample endless{.video = "of any length"};
  return longest_prompt({&endless}, {config.video, config.image}, shape.geometry);
}

}  // namespace vrlt::forecast
