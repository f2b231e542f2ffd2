#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vrlt::tokenizer {

/// Text to token ids and back. Immutable and safe to share between threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Ids of `text`; added tokens (`<|im_start|>`) written in the text become their ids. Nothing is
  /// added in front or behind. Invalid UTF-8 is read as U+FFFD.
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;

  /// Text of `ids`, malformed UTF-8 replaced by U+FFFD; ids without a token give nothing.
  virtual std::string decode(std::span<const int64_t> ids, bool skip_special_tokens) const = 0;

  virtual std::optional<int64_t> token_to_id(std::string_view token) const = 0;

  /// One past the largest id with a token.
  virtual int64_t vocab_size() const = 0;
};

/// Reads the tokenizer of a Hugging Face folder: tokenizer.json, or vocab.json + merges.txt +
/// tokenizer_config.json (byte-level BPE), or tokenizer.model (SentencePiece, with added tokens
/// from tokenizer_config.json).
/// @throws MissingInputError, DataError.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder);

}  // namespace vrlt::tokenizer
