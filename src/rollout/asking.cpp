#include "vrlt/rollout/asking.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::rollout {

LoadedPrompt load_prompt(processor::PromptLoader& loader, const data::Sample& sample) {
  try {
    return {&sample, loader.load(sample), {}};
  } catch (const MissingInputError& error) {
    return {&sample, nullptr, error.what()};
  } catch (const DataError& error) {
    return {&sample, nullptr, error.what()};
  }
}

std::vector<LoadedPrompt> load_prompts(processor::PromptLoader& loader,
                                       const std::vector<const data::Sample*>& samples) {
  std::vector<LoadedPrompt> loaded;
  for (const auto* sample : samples) {
    loaded.push_back(load_prompt(loader, *sample));
    if (!loaded.back().can_be_asked()) tell_left_out(loaded.back());
  }
  return loaded;
}

void tell_left_out(const LoadedPrompt& loaded) {
  log::warning(concat("leaving out ", loaded.error));
}

Asking::Asking(model::VisionLanguageModel& model, const processor::Processor& processor)
    : engine_(model, processor.tokenizer(), processor.never_sampled()) {}

std::vector<RolloutGroup> Asking::ask(const std::vector<Prompt>& prompts,
                                      const GenerationConfig& config) {
  std::vector<Prompt> asked;
  for (const auto& prompt : prompts)
    if (prompt.inputs != nullptr) asked.push_back(prompt);
  auto generated = engine_.generate(asked, config);
  std::vector<RolloutGroup> groups;
  auto next = generated.begin();
  for (const auto& prompt : prompts)
    groups.push_back(prompt.inputs != nullptr ? std::move(*next++)
                                              : RolloutGroup{.prompt = prompt});
  return groups;
}

std::vector<RolloutGroup> Asking::ask(const std::vector<LoadedPrompt>& loaded, uint64_t first_draw,
                                      const GenerationConfig& config) {
  std::vector<Prompt> prompts;
  for (const auto& one : loaded) prompts.push_back({one.sample->id, one.inputs, first_draw});
  return ask(prompts, config);
}

}  // namespace vrlt::rollout
