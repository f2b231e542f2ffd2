#include "vrlt/data/own_prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

using ::testing::HasSubstr;

Sample choice() {
  return {.id = "m",
          .task = Task::kMultipleChoice,
          .question = "Which {color}?",
          .options = {"red", "blue"},
          .answer_option = 1};
}
Sample open() {
  return {.id = "o", .task = Task::kOpen, .question = "What happens?", .answer_text = "a fall"};
}

class OwnPromptTest : public ::testing::Test {
 protected:
  /// The path of a file of this text; another for each.
  std::string file(const std::string& text) {
    const auto path = folder_.path() / concat("prompt-", ++count_, ".yaml");
    io::write_file_atomic(path, text);
    return path.string();
  }
  std::string error_of(const std::string& text) {
    const auto path = file(text);
    try {
      find_prompt(path);
    } catch (const ConfigError& error) {
      const std::string message = error.what();
      return message.starts_with(path) ? message.substr(path.size()) : "elsewhere: " + message;
    }
    return "no error";
  }

 private:
  test::TemporaryFolder folder_;
  int count_ = 0;
};

}  // namespace

TEST_F(OwnPromptTest, PutsTheSampleIntoTheText) {
  const auto path = file(
      "system: You see a video.\nquestion: |\n  Q: {question}\n  {options}\n  Say {{letter}}.\n"
      "answer: tags\n");
  const auto& prompt = find_prompt(path);
  EXPECT_EQ(prompt.name, path);
  EXPECT_STREQ(prompt.system, "You see a video.");
  EXPECT_EQ(render_prompt(prompt, choice()), "Q: Which {color}?\nA. red\nB. blue\nSay {letter}.")
      << "what a sample says is no placeholder";
  EXPECT_EQ(render_prompt(prompt, open()), "Q: What happens?\nSay {letter}.")
      << "the line of the options goes where there are none";
  EXPECT_EQ(&find_prompt(path), &prompt) << "read once";
}

TEST_F(OwnPromptTest, WhatItAsksForIsWhatRewardsAndTargetsFollow) {
  const auto prompt = [&](const char* answer) -> const PromptEntry& {
    return find_prompt(file(concat("question: '{question}'\nanswer: ", answer, "\n")));
  };
  EXPECT_TRUE(prompt("think").think);
  EXPECT_EQ(prompt("think").tags, AnswerTags::kAnswer);
  EXPECT_FALSE(prompt("tags").think);
  EXPECT_EQ(reference_response(prompt("tags"), choice()), "<answer>B</answer>");
  EXPECT_EQ(prompt("plain").tags, AnswerTags::kNone);
  EXPECT_EQ(reference_response(prompt("plain"), choice()), "B");
}

TEST_F(OwnPromptTest, ShowsSubtitlesWhereItsTextHasThem) {
  const auto& with = find_prompt(file("question: '{subtitles}|{question}'\n"));
  EXPECT_NE(with.subtitles_lead, nullptr);
  EXPECT_EQ(render_prompt(with, open(), "Hi."), "Hi.|What happens?");
  EXPECT_EQ(find_prompt(file("question: '{question}'\n")).subtitles_lead, nullptr);
}

TEST_F(OwnPromptTest, MistakesHaveTheirPlace) {
  EXPECT_EQ(error_of("system: s\nquestion: '{question} {opts}'\n"),
            ":2:1: question holds {opts}, expected one of {question}, {options}, {subtitles}; a "
            "brace is written {{ or }}");
  EXPECT_EQ(error_of("question: 'What? {options}'\n"),
            ":1:1: question holds no {question}: every sample would be asked the same");
  for (const char* single : {"'{question} {'", "'{question} }'", "'{question'", "'{question {x}'"})
    EXPECT_THAT(error_of(concat("question: ", single, "\n")),
                HasSubstr(":1:1: question holds a single "))
        << single;
  EXPECT_THAT(error_of("question: '{question}'\nanswer: json\n"),
              HasSubstr(":2:9: answer is \"json\", expected one of think, tags, plain"));
  EXPECT_THAT(error_of("question: '{question}'\nsytem: s\n"),
              HasSubstr(":2:1: unknown key \"sytem\"; did you mean \"system\"?"));
  EXPECT_THAT(error_of("system: s\n"), HasSubstr("\"question\" is missing"));
  EXPECT_THROW(find_prompt("no-such-folder/prompt.yaml"), MissingInputError);
}

}  // namespace vrlt::data
