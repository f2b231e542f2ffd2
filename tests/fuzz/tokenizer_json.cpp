// tokenizer.json of a byte-level tokenizer; one that loads gives ids and text back.
#include "tests/fuzz/fuzz_input.h"
#include "vrlt/tokenizer/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  fuzz::write_scratch("tokenizer.json", fuzz::text_of(data, size));
  return fuzz::read_or_refuse(fuzz::scratch_folder().string(), [&] {
    const auto tokenizer = tokenizer::load_tokenizer(fuzz::scratch_folder());
    const std::string text =
        "<|im_start|>user\nIt's 12 o'clock: the cat, der B\xC3\xA4r.<|im_end|>  \n";
    const auto ids = tokenizer->encode(text);
    for (const auto id : ids)
      fuzz::require(id >= 0 && id < tokenizer->vocab_size(), "ids are of the vocabulary");
    fuzz::require(tokenizer->decode(ids, /*skip_special_tokens=*/false) == text,
                  "decoding gives the text back");
  });
}
