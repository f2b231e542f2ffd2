#pragma once

#include <vector>

#include "reading/times.h"

namespace vrlt::reading {

/// What a token is to a range of times. Source: docs/spec/reading.md#tokens-of-a-range.
enum class TokenKind {
  kTime,
  kSeparator,  ///< A dash, a tilde, an arrow, to, until, and, ..
  kBegin,      ///< starts, begins, start_time, ..
  kEnd,
  kNear,   ///< Words that may stand right before a time: about, second, ..
  kFar,    ///< Words that may stand a little before one: and, at, time, ..
  kQuote,  ///< A quote or a bracket.
  kComma,
  kStop,
  kColon,
  kOther,
};

struct Token {
  TokenKind kind = TokenKind::kOther;
  size_t begin = 0, end = 0;
  View word;  ///< As it stands in the text; empty for times.
  Time time;
};

/// The tokens of a text; blanks and bracketed remarks without digits are skipped. Signs of times
/// are part of them.
std::vector<Token> time_tokens(View text);

/// Whether the token is this word, in any case.
bool is_token(const Token& token, Words words);

}  // namespace vrlt::reading
