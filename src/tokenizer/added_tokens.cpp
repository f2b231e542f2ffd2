#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <charconv>

#include "vrlt/core/error.h"

namespace vrlt::tokenizer {

void AddedTokens::add(Token token) {
  if (token.text.empty()) return;
  if (first_bytes_.find(token.text[0]) == std::string::npos) first_bytes_ += token.text[0];
  longest_ = std::max(longest_, token.text.size());
  largest_id_ = std::max(largest_id_, token.id);
  by_id_[token.id] = tokens_.size();
  by_text_[token.text] = tokens_.size();
  tokens_.push_back(std::move(token));
}

void AddedTokens::split(std::string_view text, const std::function<void(int64_t)>& on_token,
                        const std::function<void(std::string_view)>& on_text) const {
  size_t begin = 0;
  for (size_t i = text.find_first_of(first_bytes_); i != std::string_view::npos && i < text.size(); i = text.find_first_of(first_bytes_, i)) {
    const Token* match = nullptr;
    for (size_t length = std::min(longest_, text.size() - i); length > 0 && match == nullptr; --length) match = find(text.substr(i, length));
    if (match == nullptr) {
      ++i;
      continue;
    }
    if (i > begin) on_text(text.substr(begin, i - begin));
    on_token(match->id);
    i += match->text.size();
    begin = i;
  }
  if (begin < text.size()) on_text(text.substr(begin));
}

const AddedTokens::Token* AddedTokens::find(int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

const AddedTokens::Token* AddedTokens::find(std::string_view text) const {
  const auto found = by_text_.find(std::string(text));
  return found == by_text_.end() ? nullptr : &tokens_[found->second];
}

AddedTokens parse_added_tokens(const io::Json& json, const std::string& origin) {
  AddedTokens tokens;
  const auto add = [&](int64_t id, const io::Json& entry) {
    if (!entry.is_object() || !entry.contains("content") || !entry["content"].is_string() || id < 0 || id > INT32_MAX)
      throw DataError(concat(origin, ": added token ", id, " is malformed"));
    tokens.add({id, entry["content"].get<std::string>(), entry.contains("special") && entry["special"] == true});
  };
  if (json.contains("added_tokens_decoder") && json["added_tokens_decoder"].is_object()) {
    for (const auto& [key, entry] : json["added_tokens_decoder"].items()) {
      int64_t id = -1;
      std::from_chars(key.data(), key.data() + key.size(), id);
      add(id, entry);
    }
  } else if (json.contains("added_tokens") && json["added_tokens"].is_array()) {
    for (const auto& entry : json["added_tokens"])
      add(entry.contains("id") && entry["id"].is_number_integer() ? entry["id"].get<int64_t>() : -1, entry);
  }
  return tokens;
}

}  // namespace vrlt::tokenizer
