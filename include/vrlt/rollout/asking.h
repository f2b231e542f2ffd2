#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::rollout {

/// What became of loading a sample: its prompt, or why there is none.
struct LoadedPrompt {
  const data::Sample* sample = nullptr;
  std::shared_ptr<const processor::ModelInputs> inputs;  ///< Null: the sample cannot be asked.
  /// Why it cannot, with its id and the file; empty if it can.
  std::string error;

  bool can_be_asked() const { return inputs != nullptr; }
};

/// Loads one sample by the rule of every program that asks: an input that is missing or cannot be
/// read (MissingInputError, DataError) is the sample's own. The sample is left out then, counted by
/// whoever asks, and named with tell_left_out. Any other error would meet the next samples too, or
/// says that the program is wrong: it ends the program, and is thrown from here.
LoadedPrompt load_prompt(processor::PromptLoader& loader, const data::Sample& sample);

/// Loads each sample, in their order, and names those that are left out.
std::vector<LoadedPrompt> load_prompts(processor::PromptLoader& loader,
                                       const std::vector<const data::Sample*>& samples);

/// Warns that a sample is left out, and why. @param loaded  cannot be asked.
void tell_left_out(const LoadedPrompt& loaded);

/// Asks a model: prompts in, groups out, each group in the place of its prompt. Training, selection
/// and evaluation ask through it.
class Asking {
 public:
  /// Both outlive the object. Tokens that stand for vision are never drawn.
  Asking(model::VisionLanguageModel& model, const processor::Processor& processor);

  /// As RolloutEngine::generate, with a group for each prompt. A prompt without inputs is not
  /// asked: its group has no responses.
  std::vector<RolloutGroup> ask(const std::vector<Prompt>& prompts, const GenerationConfig& config);

  /// The same for samples as they were loaded. @param first_draw  of each of them, see Prompt.
  std::vector<RolloutGroup> ask(const std::vector<LoadedPrompt>& loaded, uint64_t first_draw,
                                const GenerationConfig& config);

 private:
  RolloutEngine engine_;
};

}  // namespace vrlt::rollout
