#include "vrlt/tokenizer/sentencepiece_trainer.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::tokenizer {
namespace {

constexpr const char* kSpecialTokens[] = {
    "<|endoftext|>",      "<|im_start|>",     "<|im_end|>",     "<|object_ref_start|>",
    "<|object_ref_end|>", "<|box_start|>",    "<|box_end|>",    "<|quad_start|>",
    "<|quad_end|>",       "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>",      "<|video_pad|>"};
constexpr const char* kAnswerTags[] = {"<think>", "</think>", "<answer>", "</answer>"};

void require_ok(const sentencepiece::util::Status& status) {
  if (!status.ok()) throw DataError("SentencePiece: " + status.ToString());
}

/// Feeds sentences one by one.
class SentenceList final : public sentencepiece::SentenceIterator {
 public:
  explicit SentenceList(const std::vector<std::string>& sentences) : sentences_(sentences) {}
  bool done() const override { return next_ >= sentences_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return sentences_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& sentences_;
  size_t next_ = 0;
};

}  // namespace

void train_sentencepiece(const std::vector<std::string>& sentences, int vocab_size,
                         const std::filesystem::path& folder) {
  std::string model;
  SentenceList iterator(sentences);
  const std::unordered_map<std::string, std::string> options = {
      {"vocab_size", std::to_string(vocab_size)},
      {"hard_vocab_limit", "false"},
      {"model_type", "bpe"},
      {"character_coverage", "1.0"},
      {"normalization_rule_name", "identity"},
      {"add_dummy_prefix", "false"},
      {"remove_extra_whitespaces", "false"},
      {"split_digits", "true"},
      {"byte_fallback", "true"},
      {"num_threads", "1"},
      {"user_defined_symbols", "\n"},
      {"bos_id", "-1"},
      {"eos_id", "-1"},
      {"minloglevel", "2"}};
  require_ok(sentencepiece::SentencePieceTrainer::Train(options, &iterator, &model));
  io::write_file_atomic(folder / "tokenizer.model", model);

  sentencepiece::SentencePieceProcessor processor;
  require_ok(processor.LoadFromSerializedProto(model));
  io::Json added = io::Json::object();
  int64_t next = processor.GetPieceSize();
  const auto add = [&](const char* content, bool special) {
    added[std::to_string(next++)] = {{"content", content}, {"special", special}};
  };
  for (const char* token : kSpecialTokens) add(token, true);
  for (const char* tag : kAnswerTags) add(tag, false);
  io::write_file_atomic(folder / "tokenizer_config.json",
                        io::Json{{"added_tokens_decoder", added}}.dump(2) + "\n");
}

}  // namespace vrlt::tokenizer
