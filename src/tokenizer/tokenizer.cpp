#include "vrlt/tokenizer/tokenizer.h"

#include "tokenizer/byte_level_bpe.h"
#include "tokenizer/sentencepiece_tokenizer.h"
#include "vrlt/core/error.h"

namespace vrlt::tokenizer {
namespace fs = std::filesystem;

std::unique_ptr<Tokenizer> load_tokenizer(const fs::path& folder) {
  if (fs::exists(folder / "tokenizer.json") || fs::exists(folder / "vocab.json"))
    return std::make_unique<ByteLevelBpe>(folder);
  if (fs::exists(folder / "tokenizer.model"))
    return std::make_unique<SentencePieceTokenizer>(folder);
  throw MissingInputError(
      concat(folder.string(),
             ": no tokenizer (tokenizer.json, vocab.json with merges.txt, or tokenizer.model)"));
}

}  // namespace vrlt::tokenizer
