#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::tokenizer {

/// Trains a SentencePiece model and writes a tokenizer folder: tokenizer.model, and
/// tokenizer_config.json with Qwen's special tokens, `<think>`, `</think>`, `<answer>` and
/// `</answer>` behind the model's pieces.
/// @param vocab_size  largest number of pieces; fewer if the text has not so many.
/// @throws DataError, DiskError.
void train_sentencepiece(const std::vector<std::string>& sentences, int vocab_size,
                         const std::filesystem::path& folder);

}  // namespace vrlt::tokenizer
