#include "tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/tokenizer/utf8.h"

namespace vrlt::tokenizer {

SentencePieceTokenizer::SentencePieceTokenizer(const std::filesystem::path& folder) {
  constexpr uint64_t kMaxModelBytes = 256ULL << 20;
  const auto path = folder / "tokenizer.model";
  const auto status = processor_.LoadFromSerializedProto(io::read_file(path, kMaxModelBytes));
  if (!status.ok())
    throw DataError(concat(path.string(), ": not a SentencePiece model: ", status.ToString()));
  const auto config_path = folder / "tokenizer_config.json";
  if (std::filesystem::exists(config_path))
    added_tokens_ = parse_added_tokens(io::read_json(config_path), config_path.string());
}

int64_t SentencePieceTokenizer::vocab_size() const {
  return std::max<int64_t>(processor_.GetPieceSize(), added_tokens_.largest_id() + 1);
}

std::vector<int64_t> SentencePieceTokenizer::encode(std::string_view text) const {
  std::vector<int64_t> ids;
  added_tokens_.split(
      text, [&](int64_t id) { ids.push_back(id); },
      [&](std::string_view part) {
        std::vector<int> pieces;
        const std::string valid = valid_utf8(part);
        const auto status = processor_.Encode(valid, &pieces);
        VRLT_CHECK(status.ok(), status.ToString());
        ids.insert(ids.end(), pieces.begin(), pieces.end());
      });
  return ids;
}

std::string SentencePieceTokenizer::decode(std::span<const int64_t> ids,
                                           bool skip_special_tokens) const {
  std::string text;
  std::vector<int> pieces;
  const auto flush = [&] {
    std::string part;
    if (!pieces.empty() && processor_.Decode(pieces, &part).ok()) text += part;
    pieces.clear();
  };
  for (const int64_t id : ids) {
    if (const auto* added = added_tokens_.find(id)) {
      flush();
      if (!(skip_special_tokens && added->special)) text += added->text;
    } else if (id >= 0 && id < processor_.GetPieceSize()) {
      pieces.push_back(static_cast<int>(id));
    }
  }
  flush();
  return valid_utf8(text);
}

std::optional<int64_t> SentencePieceTokenizer::token_to_id(std::string_view token) const {
  if (const auto* added = added_tokens_.find(token)) return added->id;
  const int id = processor_.PieceToId(std::string(token));
  if (processor_.IsUnknown(id)) return {};
  return id;
}

}  // namespace vrlt::tokenizer
