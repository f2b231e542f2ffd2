// The byte-level tokenizer against Hugging Face tokenizers, with the real vocabulary and with a
// small one of the same kind.
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen3_vl/chat_template.h"
#include "tests/support/golden_rows.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tokenizer/pretokenizer.h"
#include "vrlt/io/files.h"
#include "vrlt/tokenizer/tokenizer.h"
#include "vrlt/tokenizer/utf8.h"

namespace vrlt::tokenizer {
namespace {

using model::ChatContent;
using model::ChatMessage;

namespace qwen3 = model::qwen3_vl;
namespace fs = std::filesystem;
using io::Json;
using Ids = std::vector<int64_t>;

/// The last added token of Qwen2.5's vocabulary.
constexpr int64_t kLastOfQwen25 = 151664;

void unpack_full_tokenizer(const fs::path& folder) {
  const auto archive = test::golden_dir() / "tokenizer" / "qwen2_5_full_tokenizer.tar.xz";
  const auto command = "cd '" + folder.string() + "' && '" + test::cmake_command() +
                       "' -E tar xf '" + fs::absolute(archive).string() + "'";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("cannot unpack " + archive.string());
}

/// The real vocabulary, unpacked once.
const Tokenizer& full_tokenizer() {
  static const auto tokenizer = [] {
    const test::TemporaryFolder folder;
    unpack_full_tokenizer(folder.path());
    return load_tokenizer(folder.path() / "qwen2_5_full_tokenizer");
  }();
  return *tokenizer;
}

const Tokenizer& mini_tokenizer() {
  static const auto tokenizer = load_tokenizer(test::golden_dir() / "tokenizer" / "mini");
  return *tokenizer;
}

/// The same vocabulary from vocab.json, merges.txt and tokenizer_config.json.
const Tokenizer& mini_tokenizer_without_json() {
  static const auto tokenizer = [] {
    const test::TemporaryFolder folder;
    for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json"})
      fs::copy_file(test::golden_dir() / "tokenizer" / "mini" / name, folder.path() / name);
    return load_tokenizer(folder.path());
  }();
  return *tokenizer;
}

void expect_decodes(const Tokenizer& tokenizer, const Ids& ids, const std::string& decoded,
                    const std::string& without_special) {
  EXPECT_EQ(test::printable(tokenizer.decode(ids, /*skip_special_tokens=*/false)),
            test::printable(decoded));
  EXPECT_EQ(test::printable(tokenizer.decode(ids, /*skip_special_tokens=*/true)),
            test::printable(without_special))
      << "without special tokens";
}

void check_encode(const Tokenizer& tokenizer, const Json& row) {
  const auto text = row.at("text").get<std::string>();
  const auto ids = row.at("ids").get<Ids>();
  EXPECT_EQ(tokenizer.encode(text), ids);
  const auto decoded = row.value("decoded", text);
  expect_decodes(tokenizer, ids, decoded, row.value("decoded_skip_special", decoded));
}

void check_decode(const Tokenizer& tokenizer, const Json& row) {
  expect_decodes(tokenizer, row.at("ids").get<Ids>(), row.at("decoded").get<std::string>(),
                 row.at("decoded_skip_special").get<std::string>());
}

ChatContent content_item(const Json& item) {
  const auto type = item.value("type", "");
  if (type == "image" || item.contains("image") || item.contains("image_url"))
    return {ChatContent::Kind::kImage, {}};
  if (type == "video" || item.contains("video")) return {ChatContent::Kind::kVideo, {}};
  return {ChatContent::Kind::kText, item.value("text", "")};
}

std::vector<ChatMessage> messages_of(const Json& json) {
  std::vector<ChatMessage> messages;
  for (const auto& message : json) {
    ChatMessage result{message.at("role").get<std::string>(), {}};
    if (message.contains("reasoning_content"))
      result.thought = message["reasoning_content"].get<std::string>();
    const auto& content = message.at("content");
    if (content.is_string())
      result.content.push_back({ChatContent::Kind::kText, content.get<std::string>()});
    else
      for (const auto& item : content) result.content.push_back(content_item(item));
    messages.push_back(std::move(result));
  }
  return messages;
}

}  // namespace

TEST(TokenizerParity, FullVocabularyEncodes) {
  test::check_golden_rows("tokenizer/full_encode.jsonl",
                          [](const Json& row) { check_encode(full_tokenizer(), row); });
}

TEST(TokenizerParity, FullVocabularyDecodes) {
  test::check_golden_rows("tokenizer/full_decode.jsonl",
                          [](const Json& row) { check_decode(full_tokenizer(), row); });
}

TEST(TokenizerParity, MiniVocabularyEncodes) {
  test::check_golden_rows("tokenizer/mini_encode.jsonl", [](const Json& row) {
    check_encode(mini_tokenizer(), row);
    check_encode(mini_tokenizer_without_json(), row);
  });
}

TEST(TokenizerParity, MiniVocabularyDecodes) {
  test::check_golden_rows("tokenizer/mini_decode.jsonl", [](const Json& row) {
    check_decode(mini_tokenizer(), row);
    check_decode(mini_tokenizer_without_json(), row);
  });
}

TEST(TokenizerParity, PretokenizerSplits) {
  test::check_golden_rows("tokenizer/pretokenize.jsonl", [](const Json& row) {
    const auto nfc = row.at("nfc").get<std::string>();
    EXPECT_EQ(test::printable(normalize_nfc(row.at("text").get<std::string>())),
              test::printable(nfc));
    EXPECT_EQ(Json(pretokenize(nfc)).dump(-1, ' ', true), row.at("pieces").dump(-1, ' ', true));
  });
}

// docs/spec/qwen2_5_vl.md#added-tokens: the ids that the model's config and the processor rely on,
// and one past the largest.
TEST(TokenizerParity, FullVocabularyHasTheSpecialIds) {
  const auto& tokenizer = full_tokenizer();
  EXPECT_EQ(tokenizer.token_to_id("<|endoftext|>"), 151643);
  EXPECT_EQ(tokenizer.token_to_id("<|im_end|>"), 151645);
  EXPECT_EQ(tokenizer.token_to_id("<|image_pad|>"), 151655);
  EXPECT_EQ(tokenizer.token_to_id("<|video_pad|>"), 151656);
  EXPECT_EQ(tokenizer.token_to_id("<|file_sep|>"), 151664);
  EXPECT_EQ(tokenizer.vocab_size(), 151665);
  EXPECT_EQ(tokenizer.decode(Ids{151665, 151935, 200000, -1}, false), "")
      << "ids without a token decode to nothing";
}

TEST(ChatTemplateParity, RendersAndEncodes) {
  test::check_golden_rows("chat_template/chat.jsonl", [](const Json& row) {
    const auto rendered = model::qwen2_5_vl::render_chat(
        messages_of(row.at("messages")),
        {.add_generation_prompt = row.at("add_generation_prompt").get<bool>(),
         .add_vision_id = row.at("add_vision_id").get<bool>()});
    EXPECT_EQ(test::printable(rendered), test::printable(row.at("rendered").get<std::string>()));
    EXPECT_EQ(full_tokenizer().encode(rendered), row.at("ids").get<Ids>());
    EXPECT_EQ(mini_tokenizer().encode(rendered), row.at("mini_ids").get<Ids>());
  });
}

/// The vocabulary of Qwen3-VL: the same with four added tokens more.
const Tokenizer& full_tokenizer_of_qwen3() {
  static const auto tokenizer = [] {
    const test::TemporaryFolder folder;
    unpack_full_tokenizer(folder.path());
    const auto path = folder.path() / "qwen2_5_full_tokenizer" / "tokenizer_config.json";
    auto json = io::read_json(path);
    const auto added = io::read_json(test::golden3_dir() / "tokenizer" / "added_tokens.json");
    for (const auto& [token, id] : added.at("ids").items())
      if (id.get<int64_t>() > kLastOfQwen25)
        json["added_tokens_decoder"][std::to_string(id.get<int64_t>())] = {
            {"content", token}, {"special", false}, {"single_word", false},
            {"lstrip", false},  {"rstrip", false},  {"normalized", false}};
    io::write_file_atomic(path, json.dump());
    return load_tokenizer(folder.path() / "qwen2_5_full_tokenizer");
  }();
  return *tokenizer;
}

const Tokenizer& mini_tokenizer_of_qwen3() {
  static const auto tokenizer = load_tokenizer(test::golden3_dir() / "tokenizer" / "mini");
  return *tokenizer;
}

TEST(Qwen3TokenizerParity, Encodes) {
  test::check_golden_rows(
      "tokenizer/encode.jsonl",
      [](const Json& row) {
        const auto text = row.at("text").get<std::string>();
        const auto ids = row.at("ids").get<Ids>();
        EXPECT_EQ(full_tokenizer_of_qwen3().encode(text), ids);
        EXPECT_EQ(mini_tokenizer_of_qwen3().encode(text), row.at("mini_ids").get<Ids>());
        expect_decodes(full_tokenizer_of_qwen3(), ids, text,
                       row.at("decoded_skip_special").get<std::string>());
      },
      test::golden3_dir());
}

TEST(Qwen3ChatTemplateParity, RendersAndEncodes) {
  test::check_golden_rows(
      "chat_template/chat.jsonl",
      [](const Json& row) {
        const auto kind = row.at("template") == "thinking" ? qwen3::ChatKind::kThinking
                                                           : qwen3::ChatKind::kInstruct;
        const auto rendered = qwen3::render_chat(
            messages_of(row.at("messages")), kind,
            {.add_generation_prompt = row.at("add_generation_prompt").get<bool>(),
             .add_vision_id = row.at("add_vision_id").get<bool>()});
        EXPECT_EQ(test::printable(rendered),
                  test::printable(row.at("rendered").get<std::string>()));
        EXPECT_EQ(full_tokenizer_of_qwen3().encode(rendered), row.at("ids").get<Ids>());
        EXPECT_EQ(mini_tokenizer_of_qwen3().encode(rendered), row.at("mini_ids").get<Ids>());
      },
      test::golden3_dir());
}

TEST(Qwen3ChatTemplateParity, KnowsItsTemplatesAndTheirKinds) {
  const auto text_of = [](const char* name) {
    return io::read_file(test::golden3_dir() / "chat_template" / name, 1 << 16);
  };
  EXPECT_EQ(qwen3::chat_kind(text_of("instruct.jinja")), qwen3::ChatKind::kInstruct);
  EXPECT_EQ(qwen3::chat_kind(text_of("thinking.jinja")), qwen3::ChatKind::kThinking);
  for (const char* name : {"instruct.jinja", "thinking.jinja"})
    EXPECT_TRUE(qwen3::is_own_template(text_of(name))) << name;
  EXPECT_FALSE(qwen3::is_own_template("{{ messages[0].content }}"));
}

}  // namespace vrlt::tokenizer
