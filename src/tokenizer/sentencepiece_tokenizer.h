#pragma once

#include <sentencepiece_processor.h>

#include <filesystem>

#include "tokenizer/added_tokens.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::tokenizer {

/// A SentencePiece model with added tokens split out before it.
class SentencePieceTokenizer final : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(const std::filesystem::path& folder);

  std::vector<int64_t> encode(std::string_view text) const override;
  std::string decode(std::span<const int64_t> ids, bool skip_special_tokens) const override;
  std::optional<int64_t> token_to_id(std::string_view token) const override;
  int64_t vocab_size() const override;

 private:
  sentencepiece::SentencePieceProcessor processor_;
  AddedTokens added_tokens_;
};

}  // namespace vrlt::tokenizer
