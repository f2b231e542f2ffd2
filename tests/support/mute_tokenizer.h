#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::test {

/// Ids read as nothing: for tests that compare no texts. Of the vocabulary of tiny_model.h.
class MuteTokenizer final : public tokenizer::Tokenizer {
 public:
  std::vector<int64_t> encode(std::string_view) const override { return {}; }
  std::string decode(std::span<const int64_t>, bool) const override { return {}; }
  std::optional<int64_t> token_to_id(std::string_view) const override { return {}; }
  int64_t vocab_size() const override { return 1024; }
};

}  // namespace vrlt::test
