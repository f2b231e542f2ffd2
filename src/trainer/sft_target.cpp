#include "vrlt/trainer/sft_target.h"

#include "vrlt/core/error.h"

namespace vrlt::trainer {

int64_t turn_end(const tokenizer::Tokenizer& tokenizer) {
  const auto id = tokenizer.token_to_id("<|im_end|>");
  if (!id)
    throw DataError("the tokenizer has no token <|im_end|>, which supervised targets end in");
  return *id;
}

std::vector<int64_t> sft_target(const processor::Processor& processor,
                                const data::PromptEntry& prompt, const data::Sample& sample,
                                data::ReferenceTarget target) {
  auto ids = processor.tokenizer().encode(
      processor.format().continuation(data::reference_response(prompt, sample, target)));
  ids.push_back(turn_end(processor.tokenizer()));
  return ids;
}

}  // namespace vrlt::trainer
