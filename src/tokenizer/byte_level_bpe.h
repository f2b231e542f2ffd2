#pragma once

#include <filesystem>
#include <mutex>
#include <unordered_map>

#include "tokenizer/added_tokens.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::tokenizer {

/// Qwen2's tokenizer: NFC, the split pattern, then byte-level byte-pair encoding
/// (docs/spec/qwen2_5_vl.md#tokenizer).
class ByteLevelBpe final : public Tokenizer {
 public:
  /// Reads tokenizer.json, or vocab.json + merges.txt + tokenizer_config.json.
  explicit ByteLevelBpe(const std::filesystem::path& folder);

  std::vector<int64_t> encode(std::string_view text) const override;
  std::string decode(std::span<const int64_t> ids, bool skip_special_tokens) const override;
  std::optional<int64_t> token_to_id(std::string_view token) const override;
  int64_t vocab_size() const override { return vocab_size_; }

 private:
  void read_tokenizer_json(const std::filesystem::path& path);
  void read_vocab_and_merges(const std::filesystem::path& folder);
  void read_vocabulary(const io::Json& vocabulary, const std::string& origin);
  void add_merge(const std::string& left, const std::string& right, const std::string& where);
  void take_added_tokens(const io::Json& json, const std::string& origin);
  void encode_piece(const std::string& piece, std::vector<int64_t>& ids) const;
  std::vector<int32_t> merge_bytes(const std::string& piece) const;

  struct Merge {
    int32_t rank = 0, result = 0;
  };

  AddedTokens added_tokens_;
  std::unordered_map<std::string, int32_t> id_of_;  ///< By the raw bytes of the token.
  std::vector<std::string> bytes_of_;               ///< By id.
  std::vector<int32_t> byte_ids_;                   ///< Of the 256 single bytes.
  std::unordered_map<uint64_t, Merge> merges_;      ///< By (left << 32 | right).
  int64_t vocab_size_ = 0;
  mutable std::mutex cache_mutex_;
  mutable std::unordered_map<std::string, std::vector<int32_t>> cache_;
};

}  // namespace vrlt::tokenizer
