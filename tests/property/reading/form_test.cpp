// Changing nothing but the form of an answer changes nothing of what is read: every golden row, in
// every form.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "tests/support/golden_rows.h"
#include "tests/support/reading_rows.h"

namespace vrlt::reading {
namespace {

using io::Json;

/// What a row is read as, to compare: of the task of the row.
std::string reading_of(const Json& row, const Response& response) {
  const auto task = row.at("task").get<std::string>();
  const auto options = row.value("options", std::vector<std::string>());
  const auto spans_text = [](const Read<Spans>& spans) {
    std::string text(to_string(spans.reason));
    for (const auto& span : spans.value.value_or(Spans{}))
      text += " " + std::to_string(span.start_seconds) + ".." + std::to_string(span.end_seconds);
    return text;
  };
  const auto value_text = [](const auto& read) {
    return std::string(to_string(read.reason)) + (read ? " " + std::to_string(*read) : "");
  };
  if (task == "mcq") return value_text(read_choice(response, options));
  if (task == "tvg") return spans_text(read_spans(response, row.at("truth").size() > 1));
  if (task == "yes_no") return value_text(read_yes_no(response));
  if (task == "caption_match")
    return value_text(read_caption(response, options, row.at("label").get<std::string>()));
  if (task == "number") return value_text(read_number(response));
  const auto grounded = read_grounded(response, options);
  return value_text(grounded.option) + " | " + spans_text(grounded.spans);
}

/// The content of the only answer block; none where the row has no such block.
struct Block {
  size_t begin = 0, end = 0;
};
std::optional<Block> only_block(const std::string& text) {
  const std::string open = "<answer>", close = "</answer>";
  const size_t begin = text.find(open), end = text.find(close);
  if (begin == std::string::npos || end == std::string::npos || end < begin ||
      text.find(open, begin + 1) != std::string::npos)
    return {};
  return Block{begin + open.size(), end};
}

struct Form {
  const char* name;
  std::function<std::string(const std::string& content)> change;
  bool block_only = true;  ///< It changes the content of the block; else the whole response.
  std::function<bool(const std::string& content)> applies = [](const std::string&) { return true; };
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t i = text.find(from); i != std::string::npos; i = text.find(from, i + to.size()))
    text.replace(i, from.size(), to);
  return text;
}

std::string full_width(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c < 0x7F && c != ',' && c != '\\') {
      const int code = c + 0xFEE0;
      result += static_cast<char>(0xE0 | (code >> 12));
      result += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      result += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      result += c;
    }
  }
  return result;
}

bool is_plain(const std::string& content) {
  return content.find_first_of("\\`*_$#<>|\"'\n{") == std::string::npos && !content.empty();
}
bool has_text(const std::string& content) {
  return content.find_first_not_of(" \n\t") != std::string::npos;
}
bool is_ascii(const std::string& content) {
  for (const char c : content)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

const Form kForms[] = {
    {"blanks_around", [](const std::string& c) { return " \n\t" + c + "\xC2\xA0\n "; }},
    {"double_blanks", [](const std::string& c) { return replaced(c, " ", "  "); }},
    {"no_break_spaces", [](const std::string& c) { return replaced(c, " ", "\xC2\xA0"); }},
    {"zero_width", [](const std::string& c) { return "\xE2\x80\x8B" + c + "\xEF\xBB\xBF"; }},
    {"bold", [](const std::string& c) { return "**" + c + "**"; }, true, is_plain},
    {"box", [](const std::string& c) { return "\\boxed{" + c + "}"; }, true, is_plain},
    {"box_in_dollars", [](const std::string& c) { return "$\\boxed{\\text{" + c + "}}$"; }, true,
     is_plain},
    {"fence", [](const std::string& c) { return "```\n" + c + "\n```"; }, true, has_text},
    {"fence_with_word", [](const std::string& c) { return "```text\n" + c + "\n```"; }, true,
     has_text},
    {"quotes", [](const std::string& c) { return "\"" + c + "\""; }, true, is_plain},
    {"typographic_quotes", [](const std::string& c) { return "\xE2\x80\x9C" + c + "\xE2\x80\x9D"; },
     true, is_plain},
    {"heading", [](const std::string& c) { return "### " + c; }, true, is_plain},
    {"bullet", [](const std::string& c) { return "- " + c; }, true, is_plain},
    {"html", [](const std::string& c) { return "<b>" + c + "</b>"; }, true, is_plain},
    {"full_width_signs", full_width, true,
     [](const std::string& c) { return is_ascii(c) && is_plain(c); }},
    {"tick", [](const std::string& c) { return c + " \xE2\x9C\x85"; }, true, has_text},
    {"windows_newlines", [](const std::string& c) { return replaced(c, "\n", "\r\n"); }},
    {"end_token", [](const std::string& c) { return c + "<|im_end|>\n"; }, false},
    {"other_thinking",
     [](const std::string& c) {
       return replaced(c, "He looks twice.", "Perhaps (A), 1 to 2, or <glue>x</glue> no. 7?");
     },
     false},
    {"tags_in_capitals",
     [](const std::string& c) {
       return replaced(replaced(replaced(c, "answer>", "ANSWER>"), "think>", "Think>"), "glue>",
                       "GLUE>");
     },
     false},
};

}  // namespace

TEST(Form, ChangesNoReading) {
  std::map<std::string, int> checked;
  for (const char* file : test::kReadingFiles)
    test::check_golden_rows(file, [&](const Json& row) {
      const test::RowResponse original(row);
      if (!original.get().text) return;
      const std::string text(*original.get().text);
      const auto expected = reading_of(row, original.get());
      for (const auto& form : kForms) {
        const auto block = only_block(text);
        if (form.block_only && !block) continue;
        const auto content =
            form.block_only ? text.substr(block->begin, block->end - block->begin) : text;
        if (!form.applies(content)) continue;
        const auto changed = form.block_only ? text.substr(0, block->begin) + form.change(content) +
                                                   text.substr(block->end)
                                             : form.change(content);
        auto response = original.get();
        response.text = changed;
        EXPECT_EQ(reading_of(row, response), expected)
            << form.name << ": " << test::printable(changed);
        ++checked[form.name];
      }
    });
  for (const auto& form : kForms) EXPECT_GT(checked[form.name], 20) << form.name;
  for (const auto& [name, count] : checked) std::printf("  %s: %d\n", name.c_str(), count);
}

}  // namespace vrlt::reading
