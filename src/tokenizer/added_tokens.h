#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::tokenizer {

/// One past the largest id we read: what is above would only take memory.
inline constexpr int64_t kMaxVocabulary = 1 << 21;

/// Tokens that stand for themselves in text, such as <|im_start|>: split out before the vocabulary
/// is used.
class AddedTokens {
 public:
  struct Token {
    int64_t id = 0;
    std::string text;
    bool special = false;  ///< Dropped when decoding without special tokens.
  };

  void add(Token token);

  /// Calls `on_token(id)` and `on_text(piece)` in order: leftmost match, longest at an equal start.
  void split(std::string_view text, const std::function<void(int64_t)>& on_token,
             const std::function<void(std::string_view)>& on_text) const;

  const Token* find(int64_t id) const;
  const Token* find(std::string_view text) const;
  const std::vector<Token>& all() const { return tokens_; }
  int64_t largest_id() const { return largest_id_; }

 private:
  std::vector<Token> tokens_;
  std::unordered_map<int64_t, size_t> by_id_;
  std::unordered_map<std::string, size_t> by_text_;
  std::string first_bytes_;
  size_t longest_ = 0;
  int64_t largest_id_ = -1;
};

/// Reads `added_tokens_decoder` of tokenizer_config.json, or the list `added_tokens` of
/// tokenizer.json.
/// @throws DataError naming `origin` and the token: an id or a text that is used twice, out of
/// range, or of a wrong type.
AddedTokens parse_added_tokens(const io::Json& json, const std::string& origin);

}  // namespace vrlt::tokenizer
