// Which part of a response is the answer, and one spelling for what is written in several (spec benchmarks.md 4.1, 4.2).
#include "evaluation/strict_grammar.h"
#include "rewards/text_scan.h"
#include "tokenizer/utf8.h"

namespace vrlt::evaluation {
namespace {

constexpr std::string_view kThink = "<think>", kThinkEnd = "</think>", kAnswer = "<answer>", kAnswerEnd = "</answer>", kGlue = "<glue>",
                           kGlueEnd = "</glue>";

std::string_view without_trailing_special_tokens(std::string_view text) {
  for (bool found = true; found;) {
    text = rewards::trim(text);
    found = false;
    for (const std::string_view token : {"</s>", "<|im_end|>", "<|endoftext|>", "<eos>"})
      if (text.ends_with(token)) {
        text.remove_suffix(token.size());
        found = true;
      }
  }
  return text;
}

bool is_invisible(char32_t c) { return c == 0xFEFF || (c >= 0x200B && c <= 0x200D) || c == 0x2060; }

char32_t ascii_spelling(char32_t c) {
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 || c == 0xFF0D || c == 0x301C || c == 0xFF5E || c == '~') return '-';
  if (c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000) return ' ';
  if (c >= 0x2018 && c <= 0x201B) return '\'';
  if (c >= 0x201C && c <= 0x201F) return '"';
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + '!';
  return c;
}

std::string normalized(std::string_view text) {
  std::string result;
  for (const char32_t c : tokenizer::decode_utf8(text))
    if (!is_invisible(c)) tokenizer::append_utf8(result, ascii_spelling(c));
  return std::string(rewards::trim(result));
}

Parsed<std::string> not_empty(std::string_view zone) {
  auto text = normalized(zone);
  if (text.empty()) return {{}, "empty"};
  return {std::move(text), {}};
}

/// What stands between an opening tag that ends at the beginning of `rest` and its closing tag.
Parsed<std::string> closed_block(std::string_view rest, std::string_view close) {
  const size_t end = rest.find(close);
  if (end == std::string_view::npos) return {{}, "unclosed_answer"};
  return not_empty(rest.substr(0, end));
}

}  // namespace

Parsed<std::string> answer_zone(std::string_view response) {
  const auto text = without_trailing_special_tokens(response);
  if (const size_t answer = text.rfind(kAnswer); answer != std::string_view::npos)
    return closed_block(text.substr(answer + kAnswer.size()), kAnswerEnd);
  if (const size_t think_end = text.rfind(kThinkEnd); think_end != std::string_view::npos)
    return not_empty(text.substr(think_end + kThinkEnd.size()));
  if (text.find(kThink) != std::string_view::npos) return {{}, "unclosed_think"};
  return not_empty(text);
}

Parsed<std::string> glue_zone(std::string_view response) {
  const size_t glue = response.rfind(kGlue);
  if (glue == std::string_view::npos) return {{}, "missing"};
  return closed_block(response.substr(glue + kGlue.size()), kGlueEnd);
}

}  // namespace vrlt::evaluation
