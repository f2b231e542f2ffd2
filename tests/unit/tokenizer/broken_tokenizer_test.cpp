#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/io/json.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::tokenizer {
namespace {

namespace fs = std::filesystem;
using io::Json;
using test::BrokenFile;
using test::repeated;

fs::path mini_folder() { return test::golden_dir() / "tokenizer" / "mini"; }

/// The golden mini tokenizer.json after `change`.
template <typename Change>
test::FileBytes changed(Change change) {
  return [change] {
    static const Json kSound = io::read_json(mini_folder() / "tokenizer.json");
    Json json = kSound;
    change(json);
    return json.dump();
  };
}

/// The same with the value at a JSON pointer replaced.
test::FileBytes with(const char* pointer, const Json& value) {
  return changed([=](Json& json) { json[Json::json_pointer(pointer)] = value; });
}

test::FileBytes without(const char* section, const char* key) {
  return changed([=](Json& json) { (*section == '\0' ? json : json[section]).erase(key); });
}

Json added(const Json& id, const Json& content) {
  return {{"id", id}, {"content", content}, {"special", true}};
}

const BrokenFile kBrokenJson[] = {
    {"empty", "", "not valid JSON at byte 1"},
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"a_list", "[]", "/normalizer/type is null"},
    {"truncated", R"({"model": {"type": "BPE", "voc)", "not valid JSON at byte"},
    {"invalid_utf8", "{\"model\": \"\xC4\"}", "ill-formed UTF-8"},
    {"no_model", without("", "model"), "/model/type is null, only \"BPE\" is supported"},
    {"model_is_a_text", with("/model", "BPE"), "/model/type is null"},
    {"no_model_type", without("model", "type"), "/model/type is null"},
    {"model_type_is_a_number", with("/model/type", 7), "/model/type is 7"},
    {"unigram", with("/model/type", "Unigram"), "/model/type is \"Unigram\""},
    {"no_pre_tokenizer", with("/pre_tokenizer", nullptr), "/pre_tokenizer/type is null"},
    {"other_pre_tokenizer", with("/pre_tokenizer", {{"type", "Whitespace"}}),
     "/pre_tokenizer/type is \"Whitespace\""},
    {"pattern_of_gpt4", with("/pre_tokenizer/pretokenizers/0/pattern/Regex", R"(\p{N}{1,3})"),
     "pattern/Regex is \"\\\\p{N}{1,3}\""},
    {"split_removes", with("/pre_tokenizer/pretokenizers/0/behavior", "Removed"),
     "behavior is \"Removed\""},
    {"byte_level_splits_again", with("/pre_tokenizer/pretokenizers/1/use_regex", true),
     "use_regex is true"},
    {"prefix_space", with("/pre_tokenizer/pretokenizers/1/add_prefix_space", true),
     "add_prefix_space is true"},
    {"other_normalizer", with("/normalizer/type", "NFKC"), "/normalizer/type is \"NFKC\""},
    {"byte_fallback", with("/model/byte_fallback", true), "/model/byte_fallback is true"},
    {"end_of_word", with("/model/end_of_word_suffix", "</w>"),
     "/model/end_of_word_suffix is \"</w>\""},
    {"no_vocab", without("model", "vocab"), "model.vocab is missing"},
    {"vocab_is_a_list", with("/model/vocab", Json::array({"a", "b"})),
     "the vocabulary is [\"a\",\"b\"], expected an object"},
    {"vocab_is_empty", with("/model/vocab", Json::object()), "is not in the vocabulary"},
    {"no_merges", without("model", "merges"), "model.merges is missing"},
    {"merges_are_an_object", with("/model/merges", Json::object()),
     "model.merges is missing or not a list"},
    {"id_is_a_text", with("/model/vocab/!", "0"), "the id of token \"!\" is \"0\""},
    {"id_is_a_fraction", with("/model/vocab/!", 0.5), "the id of token \"!\" is 0.5"},
    {"id_is_negative", with("/model/vocab/!", -1), "the id of token \"!\" is -1"},
    {"id_of_2_to_the_64", with("/model/vocab/!", 18446744073709551615ULL),
     "the id of token \"!\" is 18446744073709551615"},
    {"id_that_would_take_gigabytes", with("/model/vocab/!", 1 << 24),
     "the id of token \"!\" is 16777216, expected an integer from 0 to 2097151"},
    {"id_twice", with("/model/vocab/!", 1), ", 1, is that of another token too"},
    {"token_outside_the_alphabet", with("/model/vocab/\xE4\xBD\xA0", 999),
     "token \"\xE4\xBD\xA0\" holds a character outside the byte alphabet"},
    {"token_with_a_space", with("/model/vocab/a b", 999),
     "token \"a b\" holds a character outside"},
    {"no_token_for_a_byte", changed([](Json& json) {
       json["model"]["vocab"].erase("!");
       json["model"]["merges"] = Json::array();
     }),
     "the vocabulary has no token for byte 33"},
    {"merge_of_one", with("/model/merges/0", "the"), "merge number 0: expected two tokens"},
    {"merge_of_three", with("/model/merges/2", "a b c"), "merge number 2: expected two tokens"},
    {"merge_of_nothing", with("/model/merges/0", " "), "merge number 0: expected two tokens"},
    {"merge_begins_with_a_space", with("/model/merges/0", " a"),
     "merge number 0: expected two tokens"},
    {"merge_list_of_three", with("/model/merges/0", {"a", "b", "c"}),
     "merge number 0: expected two tokens"},
    {"merge_of_numbers", with("/model/merges/0", {1, 2}), "merge number 0: expected two tokens"},
    {"merge_of_unknown_tokens", with("/model/merges/0", "zzzz qqqq"),
     "merge number 0: merge of \"zzzz\" and \"qqqq\" is not in the vocabulary"},
    {"merge_gives_no_token", with("/model/merges/0", "! ~"),
     "merge number 0: merge of \"!\" and \"~\" is not in the vocabulary"},
    {"merge_twice",
     changed([](Json& json) { json["model"]["merges"][1] = json["model"]["merges"][0]; }),
     "is given twice"},
    {"added_tokens_are_an_object", with("/added_tokens", Json::object()),
     "added_tokens is {}, expected a list"},
    {"added_token_is_a_text", with("/added_tokens/0", "<x>"),
     "added token number 0: expected an id"},
    {"added_token_without_id", with("/added_tokens/0", {{"content", "<x>"}}),
     "added token number 0: expected an id"},
    {"added_id_negative", with("/added_tokens/0", added(-5, "<x>")),
     "added token number 0: expected an id from 0"},
    {"added_id_of_2_to_the_31", with("/added_tokens/0", added(1LL << 31, "<x>")),
     "added token number 0: expected an id from 0"},
    {"added_token_without_text", with("/added_tokens/0", added(1000, nullptr)),
     "added token number 0: expected an object with a text \"content\""},
    {"added_id_twice", with("/added_tokens/1", added(1000, "<x>")),
     "added token number 1: id 1000 is that of \"<|endoftext|>\" too"},
    {"added_text_twice", with("/added_tokens/1", added(1500, "<|endoftext|>")),
     "added token number 1: \"<|endoftext|>\" has the id 1000 too"},
    {"added_id_of_the_vocabulary", with("/added_tokens/0", added(0, "<x>")),
     "added token \"<x>\" has the id 0 of a token in the vocabulary"},
    {"added_text_of_a_megabyte", with("/added_tokens/0", added(1000, repeated("x", 1 << 20))),
     "a text of 1048576 bytes, expected at most 256"},
    {"three_million_merges",
     [] { return "{\"model\":{\"merges\":[" + repeated("\"a\",", 3'000'000) + "1]}}"; },
     "more than 1048576 values at byte"},
};

class BrokenTokenizer : public testing::TestWithParam<BrokenFile> {
 protected:
  void use(std::initializer_list<const char*> names) {
    for (const char* name : names) fs::copy_file(mini_folder() / name, folder_.path() / name);
  }
  void expect_refused(const char* name) {
    // What is only seen with all files read names the folder.
    test::expect_refused(GetParam(), folder_.path() / name, folder_.path().string(),
                         [&] { load_tokenizer(folder_.path()); });
  }
  test::TemporaryFolder folder_;
};

class BrokenTokenizerJson : public BrokenTokenizer {};
TEST_P(BrokenTokenizerJson, IsALocatedError) { expect_refused("tokenizer.json"); }
INSTANTIATE_TEST_SUITE_P(Files, BrokenTokenizerJson, testing::ValuesIn(kBrokenJson),
                         test::row_name);

const BrokenFile kBrokenVocab[] = {
    {"empty", "", "vocab.json: not valid JSON at byte 1"},
    {"lfs_pointer", test::kLfsPointer, "vocab.json: a Git LFS pointer"},
    {"a_list", "[\"a\"]", "vocab.json: the vocabulary is [\"a\"], expected an object"},
    {"token_twice", R"({"a": 1, "a": 2})", "vocab.json: duplicate key \"a\" at byte 12"},
    {"id_twice", R"({"a": 1, "b": 1})",
     "vocab.json: the id of token \"b\", 1, is that of another token too"},
    {"id_is_null", R"({"a": null})", "vocab.json: the id of token \"a\" is null"},
    {"million_tokens",
     [] {
       std::string text = "{";
       for (int i = 0; i < 1'100'000; ++i) text += concat('"', i, "\":0,");
       return text + "\"x\":0}";
     },
     "vocab.json: more than 1048576 values at byte"},
    {"million_tokens_of_nothing", [] { return "{" + repeated("\"\":0,", 1'000'000) + "}"; },
     "vocab.json: duplicate key \"\" at byte 8"},
};

class BrokenVocab : public BrokenTokenizer {};
TEST_P(BrokenVocab, IsALocatedError) {
  use({"merges.txt", "tokenizer_config.json"});
  expect_refused("vocab.json");
}
INSTANTIATE_TEST_SUITE_P(Files, BrokenVocab, testing::ValuesIn(kBrokenVocab), test::row_name);

const BrokenFile kBrokenMerges[] = {
    {"lfs_pointer", test::kLfsPointer, "merges.txt: a Git LFS pointer"},
    {"one_column", "#version: 0.2\nh e\nthe\n",
     "merges.txt:3: expected two tokens and one space between, found \"the\""},
    {"three_columns", "h e\na b c\n", "merges.txt:2: expected two tokens"},
    {"two_spaces", "h  e\n", "merges.txt:1: expected two tokens"},
    {"tab", "h\te\n", "merges.txt:1: expected two tokens"},
    {"leading_space", " h\n", "merges.txt:1: expected two tokens"},
    {"trailing_space", "h \n", "merges.txt:1: expected two tokens"},
    {"version_further_down", "h e\n#version: 0.2\n",
     "merges.txt:2: merge of \"#version:\" and \"0.2\" is not in the vocabulary"},
    {"unknown_tokens", "h e\nzz qq\n",
     "merges.txt:2: merge of \"zz\" and \"qq\" is not in the vocabulary"},
    {"twice", "h e\nh e\n", "merges.txt:2: merge of \"h\" and \"e\" is given twice"},
    {"invalid_utf8", "h \xFF\n", "merges.txt:1: token \"\xEF\xBF\xBD\" holds a character outside"},
    {"byte_order_mark", "\xEF\xBB\xBFh e\n",
     "merges.txt:1: token \"\xEF\xBB\xBFh\" holds a character outside"},
    {"nul", std::string("h \0\n", 4), "merges.txt:1: token \"\\u0000\" holds a character outside"},
    {"line_of_a_megabyte", [] { return repeated("h", 1 << 20) + "\n"; },
     "merges.txt:1: expected two tokens"},
    {"above_64_megabytes", [] { return repeated("\n", (64 << 20) + 1); },
     "merges.txt: 67108865 bytes, expected at most 67108864"},
};

class BrokenMerges : public BrokenTokenizer {};
TEST_P(BrokenMerges, IsALocatedError) {
  use({"vocab.json", "tokenizer_config.json"});
  expect_refused("merges.txt");
}
INSTANTIATE_TEST_SUITE_P(Files, BrokenMerges, testing::ValuesIn(kBrokenMerges), test::row_name);

std::string decoder(const std::string& entries) {
  return "{\"added_tokens_decoder\":{" + entries + "}}";
}

const BrokenFile kBrokenConfig[] = {
    {"lfs_pointer", test::kLfsPointer, "tokenizer_config.json: a Git LFS pointer"},
    {"a_list", "[]", "tokenizer_config.json: expected a JSON object, found []"},
    {"decoder_is_a_list", R"({"added_tokens_decoder":[]})",
     "added_tokens_decoder is [], expected an object"},
    {"decoder_is_null", R"({"added_tokens_decoder":null})",
     "added_tokens_decoder is null, expected an object"},
    {"key_is_no_number", decoder(R"("x":{"content":"<x>"})"),
     "added token \"x\": expected an id from 0"},
    {"key_begins_with_a_number", decoder(R"("1000x":{"content":"<x>"})"),
     "added token \"1000x\": expected an id from 0"},
    {"key_is_empty", decoder(R"("":{"content":"<x>"})"), "added token \"\": expected an id from 0"},
    {"key_is_negative", decoder(R"("-1":{"content":"<x>"})"),
     "added token \"-1\": expected an id from 0"},
    {"key_of_2_to_the_64", decoder(R"("18446744073709551616":{"content":"<x>"})"),
     "expected an id from 0"},
    {"entry_is_a_text", decoder(R"("1000":"<x>")"),
     "added token \"1000\": expected an object with a text \"content\", found \"<x>\""},
    {"content_is_a_list", decoder(R"("1000":{"content":["<x>"]})"),
     "added token \"1000\": expected an object with a text \"content\""},
    {"id_twice_by_a_zero", decoder(R"("1000":{"content":"<x>"},"01000":{"content":"<y>"})"),
     "added token \"01000\": id 1000 is that of \"<x>\" too"},
    {"text_twice", decoder(R"("1000":{"content":"<x>"},"1001":{"content":"<x>"})"),
     "added token \"1001\": \"<x>\" has the id 1000 too"},
};

class BrokenTokenizerConfig : public BrokenTokenizer {};
TEST_P(BrokenTokenizerConfig, IsALocatedError) {
  use({"vocab.json", "merges.txt"});
  expect_refused("tokenizer_config.json");
}
INSTANTIATE_TEST_SUITE_P(Files, BrokenTokenizerConfig, testing::ValuesIn(kBrokenConfig),
                         test::row_name);

const BrokenFile kBrokenModels[] = {
    {"lfs_pointer", test::kLfsPointer, "tokenizer.model: a Git LFS pointer"},
    {"a_text", "this is no protocol buffer", "tokenizer.model: not a SentencePiece model"},
    {"zeros", std::string(100, '\0'), "tokenizer.model: not a SentencePiece model"},
    {"empty", "", "tokenizer.model: not a SentencePiece model"},
};

class BrokenSentencePiece : public BrokenTokenizer {};
TEST_P(BrokenSentencePiece, IsALocatedError) { expect_refused("tokenizer.model"); }
INSTANTIATE_TEST_SUITE_P(Files, BrokenSentencePiece, testing::ValuesIn(kBrokenModels),
                         test::row_name);

class SoundTokenizer : public testing::Test {
 protected:
  std::unique_ptr<Tokenizer> load(const test::FileBytes& json) {
    std::ofstream(folder_.path() / "tokenizer.json", std::ios::binary) << json();
    return load_tokenizer(folder_.path());
  }
  test::TemporaryFolder folder_;
};

// The reference only warns: an id without a token decodes to nothing.
TEST_F(SoundTokenizer, HolesAreAllowed) {
  const auto tokenizer = load(with("/added_tokens/0", added(5000, "<x>")));
  EXPECT_EQ(tokenizer->vocab_size(), 5001);
  EXPECT_EQ(
      tokenizer->decode(std::vector<int64_t>{1000, 4999, 5000}, /*skip_special_tokens=*/false),
      "<x>");
}

// As some exporters list it in both places.
TEST_F(SoundTokenizer, AnAddedTokenMayBeInTheVocabulary) {
  EXPECT_EQ(load(with("/added_tokens/0", added(0, "!")))->token_to_id("!"), 0);
}

TEST_F(SoundTokenizer, OptionsMayBeNull) {
  EXPECT_NO_THROW(load(with("/model/end_of_word_suffix", nullptr)));
}

TEST_F(SoundTokenizer, AMissingMergesFileIsAMissingInput) {
  std::ofstream(folder_.path() / "vocab.json") << "{}";
  EXPECT_THROW(load_tokenizer(folder_.path()), MissingInputError);
}

}  // namespace
}  // namespace vrlt::tokenizer
