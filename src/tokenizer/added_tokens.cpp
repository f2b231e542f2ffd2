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
  for (size_t i = text.find_first_of(first_bytes_); i != std::string_view::npos && i < text.size();
       i = text.find_first_of(first_bytes_, i)) {
    const Token* match = nullptr;
    for (size_t length = std::min(longest_, text.size() - i); length > 0 && match == nullptr;
         --length)
      match = find(text.substr(i, length));
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

namespace {

/// The whole key as an id; -1 if it is none.
int64_t id_of_key(const std::string& key) {
  int64_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  return error == std::errc() && end == key.data() + key.size() ? id : -1;
}

AddedTokens::Token parse_token(int64_t id, const io::Json& entry, const std::string& where) {
  // each place of a text is compared with tokens of every length
  constexpr size_t kMaxTextBytes = 256;
  if (id < 0 || id >= kMaxVocabulary)
    throw DataError(concat(where, ": expected an id from 0 to ", kMaxVocabulary - 1));
  const auto content = entry.is_object() ? entry.find("content") : entry.end();
  if (!entry.is_object() || content == entry.end() || !content->is_string())
    throw DataError(
        concat(where, ": expected an object with a text \"content\", found ", io::excerpt(entry)));
  const auto& text = content->get_ref<const std::string&>();
  if (text.size() > kMaxTextBytes)
    throw DataError(
        concat(where, ": a text of ", text.size(), " bytes, expected at most ", kMaxTextBytes));
  return {id, text, entry.contains("special") && entry["special"] == true};
}

}  // namespace

AddedTokens parse_added_tokens(const io::Json& json, const std::string& origin) {
  if (!json.is_object())
    throw DataError(concat(origin, ": expected a JSON object, found ", io::excerpt(json)));
  AddedTokens tokens;
  const auto add = [&](int64_t id, const io::Json& entry, const std::string& where) {
    auto token = parse_token(id, entry, where);
    if (tokens.find(id) != nullptr)
      throw DataError(
          concat(where, ": id ", id, " is that of ", io::excerpt(tokens.find(id)->text), " too"));
    if (const auto* same = tokens.find(token.text))
      throw DataError(
          concat(where, ": ", io::excerpt(token.text), " has the id ", same->id, " too"));
    tokens.add(std::move(token));
  };
  if (const auto decoder = json.find("added_tokens_decoder"); decoder != json.end()) {
    if (!decoder->is_object())
      throw DataError(concat(origin, ": added_tokens_decoder is ", io::excerpt(*decoder),
                             ", expected an object of ids and tokens"));
    for (const auto& [key, entry] : decoder->items())
      add(id_of_key(key), entry, concat(origin, ": added token ", io::excerpt(key)));
  } else if (const auto list = json.find("added_tokens"); list != json.end()) {
    if (!list->is_array())
      throw DataError(
          concat(origin, ": added_tokens is ", io::excerpt(*list), ", expected a list of tokens"));
    for (size_t i = 0; i < list->size(); ++i) {
      const auto& entry = (*list)[i];
      const auto id = entry.is_object() ? entry.find("id") : entry.end();
      const bool has_id = entry.is_object() && id != entry.end() && id->is_number_integer();
      add(has_id ? id->get<int64_t>() : -1, entry, concat(origin, ": added token number ", i));
    }
  }
  return tokens;
}

}  // namespace vrlt::tokenizer
