// A records file: JSON Lines of samples.
#include "tests/fuzz/fuzz_input.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/prompt.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  const auto path = fuzz::write_scratch("x.jsonl", fuzz::text_of(data, size));
  return fuzz::read_or_refuse(path.string(), [&] {
    for (const auto& sample : data::load_samples({path})) {
      fuzz::require(!sample.answer_option ||
                        static_cast<size_t>(*sample.answer_option) < sample.options.size(),
                    "an answer is one of the options");
      for (const auto& span : sample.segments)
        fuzz::require(span.start_seconds >= 0 && span.length() > 0, "a segment runs forwards");
      for (const auto& prompt : data::prompt_table()) data::render_prompt(prompt, sample);
    }
  });
}
