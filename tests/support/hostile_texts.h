#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace vrlt::test {

inline std::string random_bytes(std::mt19937_64& random, size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// Pieces that the parsers look at, in any order.
inline std::string random_pieces(std::mt19937_64& random, size_t count) {
  static const std::vector<std::string> pieces = {"<think>",
                                                  "</think>",
                                                  "<answer>",
                                                  "</answer>",
                                                  "<think",
                                                  ">",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  "(",
                                                  ")",
                                                  "\"",
                                                  "start_time",
                                                  "end_time",
                                                  "option",
                                                  "answer",
                                                  ":",
                                                  ",",
                                                  ".",
                                                  "-",
                                                  " - ",
                                                  " to ",
                                                  " and ",
                                                  "until",
                                                  "~",
                                                  "\xE2\x80\x93",
                                                  "0",
                                                  "12",
                                                  "3.5",
                                                  "1:05",
                                                  "00:00:07",
                                                  "99999999999999999999",
                                                  "1e308",
                                                  "s",
                                                  " seconds",
                                                  "nan",
                                                  "inf",
                                                  "A",
                                                  "B",
                                                  "(B)",
                                                  "not",
                                                  "**",
                                                  "\\boxed{",
                                                  "```",
                                                  "```json",
                                                  "\n",
                                                  " ",
                                                  "\t",
                                                  "\xFF",
                                                  "\xC3\xA9",
                                                  "\xE3\x80\x80",
                                                  "\xD9\xA2",
                                                  std::string(1, '\0'),
                                                  "{\"start_time\": \"",
                                                  "\", \"end_time\": \"",
                                                  "\"}"};
  std::string text;
  for (size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  return text;
}

/// One megabyte of a repeated piece, in an answer block or bare.
inline std::vector<std::string> adversarial_texts() {
  constexpr size_t kMegabyte = 1 << 20;
  std::vector<std::string> texts;
  for (const std::string piece : {"<answer>",
                                  "</answer>",
                                  "<think>",
                                  "<",
                                  "{",
                                  "[",
                                  "(",
                                  "[[1,2],",
                                  "{\"a\":",
                                  "1",
                                  "1:",
                                  "1.",
                                  "1 ",
                                  "-",
                                  "- ",
                                  "1 to 2 ",
                                  "1 and 2 and ",
                                  "1 - 2, ",
                                  " ",
                                  "\n",
                                  "(A) ",
                                  "A. ",
                                  "answer ",
                                  "answer is ",
                                  "option: B ",
                                  "**",
                                  "\"",
                                  "\\boxed{",
                                  "```",
                                  "not ",
                                  "x1 ",
                                  "\xE2\x80\x93",
                                  "\xFF"}) {
    std::string body;
    while (body.size() < kMegabyte) body += piece;
    texts.push_back("<think>t</think><answer>" + body + "</answer>");
    // below the limits on an answer's size
    texts.push_back("<think>t</think><answer>" + body.substr(0, kMegabyte / 32) + "</answer>");
    texts.push_back(std::move(body));
  }
  return texts;
}

}  // namespace vrlt::test
