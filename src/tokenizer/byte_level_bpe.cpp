#include "tokenizer/byte_level_bpe.h"

#include <algorithm>
#include <queue>

#include "tokenizer/bpe_format.h"
#include "tokenizer/pretokenizer.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/tokenizer/utf8.h"

namespace vrlt::tokenizer {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxFileBytes = 64ULL << 20;
constexpr size_t kMaxCachedPieces = 1 << 16;
constexpr io::JsonLimits kJsonLimits{
    .max_bytes = kMaxFileBytes, .max_depth = 16, .max_values = 1 << 20};

bool is_printable_byte(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) ||
         (byte >= 0xAE && byte <= 0xFF);
}

/// The byte a character of the byte alphabet stands for, or -1
/// (docs/spec/qwen2_5_vl.md#byte-alphabet).
int byte_of(char32_t c) {
  static const std::unordered_map<char32_t, int> kBytes = [] {
    std::unordered_map<char32_t, int> map;
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte)
      map[is_printable_byte(byte) ? static_cast<char32_t>(byte) : next++] = byte;
    return map;
  }();
  const auto found = kBytes.find(c);
  return found == kBytes.end() ? -1 : found->second;
}

/// A token as written in the vocabulary to its bytes.
std::string token_bytes(const std::string& token, const std::string& origin) {
  std::string bytes;
  for (const char32_t c : decode_utf8(token)) {
    const int byte = byte_of(c);
    if (byte < 0)
      throw DataError(concat(origin, ": token ", io::excerpt(token),
                             " holds a character outside the byte alphabet"));
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

uint64_t pair_key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

ByteLevelBpe::ByteLevelBpe(const fs::path& folder) {
  if (fs::exists(folder / "tokenizer.json"))
    read_tokenizer_json(folder / "tokenizer.json");
  else
    read_vocab_and_merges(folder);
  vocab_size_ = std::max(static_cast<int64_t>(bytes_of_.size()), added_tokens_.largest_id() + 1);
  byte_ids_.resize(256);
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = id_of_.find(std::string(1, static_cast<char>(byte)));
    if (found == id_of_.end())
      throw DataError(concat(folder.string(), ": the vocabulary has no token for byte ", byte));
    byte_ids_[static_cast<size_t>(byte)] = found->second;
  }
}

void ByteLevelBpe::read_tokenizer_json(const fs::path& path) {
  const auto json = io::read_json(path, kJsonLimits);
  const auto origin = path.string();
  check_supported(json, origin);
  const auto& model = json["model"];
  if (!model.contains("vocab")) throw DataError(origin + ": model.vocab is missing");
  if (!model.contains("merges") || !model["merges"].is_array())
    throw DataError(origin + ": model.merges is missing or not a list");
  read_vocabulary(model["vocab"], origin);
  for (const auto& merge : model["merges"]) {
    const auto where = concat(origin, ": merge number ", merges_.size());
    const auto columns = parse_merge(merge);
    if (!columns)
      throw DataError(concat(where, ": expected two tokens, as \"a b\" or [\"a\", \"b\"], found ",
                             io::excerpt(merge)));
    add_merge(columns->first, columns->second, where);
  }
  take_added_tokens(json, origin);
}

void ByteLevelBpe::read_vocab_and_merges(const fs::path& folder) {
  read_vocabulary(io::read_json(folder / "vocab.json", kJsonLimits),
                  (folder / "vocab.json").string());
  const auto merges_path = folder / "merges.txt", config_path = folder / "tokenizer_config.json";
  const std::string text = io::read_file(merges_path, kMaxFileBytes);
  int64_t line_number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || (line_number == 1 && line.rfind("#version", 0) == 0)) continue;
    const auto where = concat(merges_path.string(), ":", line_number);
    const auto columns = split_merge(line);
    if (!columns)
      throw DataError(
          concat(where, ": expected two tokens and one space between, found ", io::excerpt(line)));
    add_merge(columns->first, columns->second, where);
  }
  if (fs::exists(config_path))
    take_added_tokens(io::read_json(config_path, kJsonLimits), config_path.string());
}

void ByteLevelBpe::read_vocabulary(const io::Json& vocabulary, const std::string& origin) {
  if (!vocabulary.is_object())
    throw DataError(concat(origin, ": the vocabulary is ", io::excerpt(vocabulary),
                           ", expected an object of tokens and ids"));
  id_of_.reserve(vocabulary.size());
  for (const auto& [token, value] : vocabulary.items()) {
    if (!value.is_number_integer() || value.get<int64_t>() < 0 ||
        value.get<int64_t>() >= kMaxVocabulary)
      throw DataError(concat(origin, ": the id of token ", io::excerpt(token), " is ",
                             io::excerpt(value), ", expected an integer from 0 to ",
                             kMaxVocabulary - 1));
    const auto id = value.get<int32_t>();
    auto bytes = token_bytes(token, origin);
    if (static_cast<size_t>(id) >= bytes_of_.size()) bytes_of_.resize(static_cast<size_t>(id) + 1);
    auto& place = bytes_of_[static_cast<size_t>(id)];
    if (!place.empty())
      throw DataError(concat(origin, ": the id of token ", io::excerpt(token), ", ", id,
                             ", is that of another token too"));
    place = bytes;
    id_of_.emplace(std::move(bytes), id);
  }
}

void ByteLevelBpe::add_merge(const std::string& left, const std::string& right,
                             const std::string& where) {
  const auto id = [&](const std::string& bytes) {
    const auto found = id_of_.find(bytes);
    if (found == id_of_.end())
      throw DataError(concat(where, ": merge of ", io::excerpt(left), " and ", io::excerpt(right),
                             " is not in the vocabulary"));
    return found->second;
  };
  const auto left_bytes = token_bytes(left, where), right_bytes = token_bytes(right, where);
  const Merge merge{static_cast<int32_t>(merges_.size()), id(left_bytes + right_bytes)};
  if (!merges_.emplace(pair_key(id(left_bytes), id(right_bytes)), merge).second)
    throw DataError(concat(where, ": merge of ", io::excerpt(left), " and ", io::excerpt(right),
                           " is given twice"));
}

void ByteLevelBpe::take_added_tokens(const io::Json& json, const std::string& origin) {
  added_tokens_ = parse_added_tokens(json, origin);
  for (const auto& token : added_tokens_.all()) {
    const auto id = static_cast<size_t>(token.id);
    if (id < bytes_of_.size() && !bytes_of_[id].empty() && bytes_of_[id] != token.text)
      throw DataError(concat(origin, ": added token ", io::excerpt(token.text), " has the id ", id,
                             " of a token in the vocabulary"));
  }
}

/// Merges the pair of lowest rank, leftmost on ties, until none is left; a heap over positions of a
/// linked list.
std::vector<int32_t> ByteLevelBpe::merge_bytes(const std::string& piece) const {
  const auto count = static_cast<int32_t>(piece.size());
  std::vector<int32_t> ids, previous, next;
  for (int32_t i = 0; i < count; ++i) {
    ids.push_back(byte_ids_[static_cast<unsigned char>(piece[static_cast<size_t>(i)])]);
    previous.push_back(i - 1);
    next.push_back(i + 1 < count ? i + 1 : -1);
  }
  struct Candidate {
    int32_t rank, position, left, right;
    bool operator>(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> heap;
  const auto at = [&](int32_t i) -> int32_t& { return ids[static_cast<size_t>(i)]; };
  const auto offer = [&](int32_t i) {
    const int32_t j = i < 0 ? -1 : next[static_cast<size_t>(i)];
    if (j < 0) return;
    const auto found = merges_.find(pair_key(at(i), at(j)));
    if (found != merges_.end()) heap.push({found->second.rank, i, at(i), at(j)});
  };
  for (int32_t i = 0; i + 1 < count; ++i) offer(i);
  while (!heap.empty()) {
    const auto [rank, i, left, right] = heap.top();
    heap.pop();
    const int32_t j = next[static_cast<size_t>(i)];
    if (at(i) != left || j < 0 || at(j) != right) continue;  // an earlier merge took one of them
    at(i) = merges_.at(pair_key(left, right)).result;
    at(j) = -1;
    const int32_t after = next[static_cast<size_t>(j)];
    next[static_cast<size_t>(i)] = after;
    if (after >= 0) previous[static_cast<size_t>(after)] = i;
    offer(previous[static_cast<size_t>(i)]);
    offer(i);
  }
  std::erase(ids, -1);
  return ids;
}

void ByteLevelBpe::encode_piece(const std::string& piece, std::vector<int64_t>& ids) const {
  std::vector<int32_t> merged;
  {
    const std::lock_guard lock(cache_mutex_);
    const auto cached = cache_.find(piece);
    if (cached != cache_.end()) merged = cached->second;
  }
  if (merged.empty()) {
    merged = merge_bytes(piece);
    const std::lock_guard lock(cache_mutex_);
    if (cache_.size() >= kMaxCachedPieces) cache_.clear();
    cache_.emplace(piece, merged);
  }
  ids.insert(ids.end(), merged.begin(), merged.end());
}

std::vector<int64_t> ByteLevelBpe::encode(std::string_view text) const {
  std::vector<int64_t> ids;
  added_tokens_.split(
      text, [&](int64_t id) { ids.push_back(id); },
      [&](std::string_view part) {
        for (const auto& piece : pretokenize(normalize_nfc(valid_utf8(part))))
          encode_piece(piece, ids);
      });
  return ids;
}

std::string ByteLevelBpe::decode(std::span<const int64_t> ids, bool skip_special_tokens) const {
  std::string bytes;
  for (const int64_t id : ids) {
    if (const auto* added = added_tokens_.find(id)) {
      if (!(skip_special_tokens && added->special)) bytes += added->text;
    } else if (id >= 0 && id < static_cast<int64_t>(bytes_of_.size())) {
      bytes += bytes_of_[static_cast<size_t>(id)];
    }
  }
  return valid_utf8(bytes);
}

std::optional<int64_t> ByteLevelBpe::token_to_id(std::string_view token) const {
  if (const auto* added = added_tokens_.find(token)) return added->id;
  const auto found = id_of_.find(std::string(token));
  if (found == id_of_.end()) return {};
  return found->second;
}

}  // namespace vrlt::tokenizer
