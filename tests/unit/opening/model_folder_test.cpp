// What of a model folder is refused, and what is told because this program does not follow it.
#include "opening/model_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tests/support/tiny_task.h"
#include "vrlt/core/error.h"
#include "vrlt/opening/opened_model.h"

namespace vrlt::opening {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A copy of the tiny task's model, to be broken.
class ModelFolder : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = new test::TemporaryFolder;
    task_ = new test::TinyTask(made_->path(), 1);
  }
  static void TearDownTestSuite() {
    delete task_;
    delete made_;
  }
  void SetUp() override {
    fs::copy(task_->model_folder(), folder_.path(), fs::copy_options::recursive);
  }

  io::Json json(const char* name) const { return io::read_json(folder_.path() / name); }
  void put(const char* name, const io::Json& json) const {
    io::write_file_atomic(folder_.path() / name, json.dump());
  }
  void put_text(const char* name, const std::string& text) const {
    io::write_file_atomic(folder_.path() / name, text);
  }

  /// Adds a token to tokenizer_config.json.
  void add_token(int64_t id, const std::string& content, bool special) const {
    auto config = json("tokenizer_config.json");
    config["added_tokens_decoder"][std::to_string(id)] = {
        {"content", content}, {"special", special},  {"lstrip", false},
        {"rstrip", false},    {"normalized", false}, {"single_word", false}};
    put("tokenizer_config.json", config);
  }

  std::string why_refused() const {
    settings::ModelSection model{.path = folder_.path().string(), .init = "random"};
    settings::DataSection data{.root = made_->path().string(), .reader_threads = 0};
    try {
      open_model(model, data, test::TinyTask::media_options(), 1);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  int64_t embedding_rows() const { return json("config.json").at("vocab_size").get<int64_t>(); }

  static test::TemporaryFolder* made_;
  static test::TinyTask* task_;
  test::TemporaryFolder folder_;
};

test::TemporaryFolder* ModelFolder::made_ = nullptr;
test::TinyTask* ModelFolder::task_ = nullptr;

TEST_F(ModelFolder, IsOpenedAsItIs) {
  EXPECT_EQ(why_refused(), "");
  EXPECT_THAT(not_followed(folder_.path()), IsEmpty());
}

TEST_F(ModelFolder, ATokenBeyondTheEmbeddingIsRefusedByName) {
  const auto rows = embedding_rows();
  add_token(rows - 1, "<|last|>", true);
  EXPECT_EQ(why_refused(), "") << "the last row is one";
  add_token(rows + 5, "<|medicine|>", true);
  EXPECT_THAT(why_refused(),
              AllOf(HasSubstr("the token \"<|medicine|>\" has the id " + std::to_string(rows + 5)),
                    HasSubstr("has " + std::to_string(rows) + " rows")));
}

TEST_F(ModelFolder, TagsThatDecodingRemovesAreRefused) {
  const auto rows = embedding_rows();
  add_token(rows - 1, "<glue>", /*special=*/false);
  EXPECT_EQ(why_refused(), "");
  add_token(rows - 1, "<glue>", /*special=*/true);
  EXPECT_THAT(why_refused(), HasSubstr("<glue> is a special token"));
}

constexpr const char* kOther =
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor "
    "%}";

TEST_F(ModelFolder, AnotherChatTemplateIsTold) {
  const auto known =
      io::read_file(test::tests_dir() / "golden/data/chat_template/chat_template.jinja", 1 << 20);
  const auto lines = [&] { return not_followed(folder_.path()); };
  put("chat_template.json", {{"chat_template", known}});
  EXPECT_THAT(lines(), IsEmpty());
  put("chat_template.json", {{"chat_template", kOther}});
  EXPECT_THAT(lines(), ElementsAre(AllOf(HasSubstr("chat_template.json: another chat template"),
                                         HasSubstr("You are a helpful assistant."))));
  put_text("chat_template.jinja", known + "\n");
  EXPECT_THAT(lines(), IsEmpty()) << "the .jinja file is the one that counts";
  put_text("chat_template.jinja", kOther);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("chat_template.jinja: another chat template")));
}

TEST_F(ModelFolder, AChatTemplateOfTheTokenizerCountsWhereThereIsNoOther) {
  auto config = json("tokenizer_config.json");
  config["chat_template"] = kOther;
  put("tokenizer_config.json", config);
  EXPECT_THAT(not_followed(folder_.path()),
              ElementsAre(HasSubstr("tokenizer_config.json: another chat template")));
  config["chat_template"] = io::Json::array(
      {{{"name", "tool_use"}, {"template", "x"}}, {{"name", "default"}, {"template", kOther}}});
  put("tokenizer_config.json", config);
  EXPECT_THAT(not_followed(folder_.path()),
              ElementsAre(HasSubstr("tokenizer_config.json: another chat template")));
}

TEST_F(ModelFolder, SettingsOfGenerationThatAreNotFollowedAreTold) {
  auto config = json("generation_config.json");
  config.update({{"repetition_penalty", 1.0},
                 {"num_beams", 1},
                 {"do_sample", true},
                 {"temperature", 1e-6},
                 {"bad_words_ids", nullptr}});
  put("generation_config.json", config);
  EXPECT_THAT(not_followed(folder_.path()), IsEmpty())
      << "greedy, and nothing else changes a token";
  config.update({{"repetition_penalty", 1.05}, {"no_repeat_ngram_size", 3}});
  put("generation_config.json", config);
  EXPECT_THAT(not_followed(folder_.path()),
              ElementsAre(AllOf(HasSubstr("generation_config.json: not followed: "
                                          "repetition_penalty 1.05, no_repeat_ngram_size 3;"),
                                Not(HasSubstr("temperature")))));
  config["temperature"] = 0.7;
  put("generation_config.json", config);
  EXPECT_THAT(not_followed(folder_.path()), ElementsAre(HasSubstr("temperature 0.7")));
}

TEST(UnusedSubtitles, AreToldOnceWithTheirNumber) {
  const std::vector<data::Sample> samples = {{.id = "a", .subtitles = data::SharedText("a.srt")},
                                             {.id = "b"},
                                             {.id = "c", .subtitles = data::SharedText("c.srt")},
                                             {.id = "d",
                                              .subtitles = data::SharedText("d.srt"),
                                              .prompt = data::SharedText("p_vmme_off_sub")}};
  std::vector<const data::Sample*> pointers;
  for (const auto& sample : samples) pointers.push_back(&sample);
  EXPECT_THAT(
      unused_subtitles(pointers, "p_vmme_off"),
      ElementsAre(AllOf(
          HasSubstr(
              "2 of 4 records have subtitles that the prompt p_vmme_off does not show (a, ..)"),
          HasSubstr("p_vmme_off_sub"))));
  EXPECT_THAT(unused_subtitles(pointers, "p_vmme_off_sub"), IsEmpty());
}

}  // namespace
}  // namespace vrlt::opening
