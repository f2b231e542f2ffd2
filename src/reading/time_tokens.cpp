#include "reading/time_tokens.h"

#include <algorithm>

namespace vrlt::reading {
namespace {

constexpr Words kSeparators = {U"->",      U"-->",  U"--->", U"=>", U"to",   U"until", U"till",
                               U"through", U"thru", U"到",   U"至", U"から", U"and"};
constexpr Words kBegins = {U"start",  U"starts", U"started", U"starting",  U"begin",
                           U"begins", U"began",  U"begun",   U"beginning", U"onset",
                           U"开始",   U"開始",   U"起始"};
constexpr Words kEnds = {U"end",        U"ends",     U"ended",     U"ending",    U"finish",
                         U"finishes",   U"finished", U"finishing", U"stop",      U"stops",
                         U"stopped",    U"stopping", U"conclude",  U"concludes", U"concluded",
                         U"concluding", U"结束",     U"結束",      U"終了",      U"终止"};
constexpr Words kNears = {U"about", U"around", U"approximately", U"approx", U"roughly", U"nearly",
                          U"circa", U"ca",     U"exactly",       U"the",    U"second",  U"seconds",
                          U"sec",   U"t",      U"frame",         U"frames", U"第",      U"约",
                          U"約",    U"大约",   U"大概",          U"从",     U"從",      U"自",
                          U"在",    U"まで",   U"时间",          U"時間",   U"时刻",    U"時刻"};
constexpr Words kFars = {U"at",    U"on",        U"by",        U"is",   U"was",  U"time",
                         U"times", U"timestamp", U"timepoint", U"mark", U"point"};
/// Words that a hyphen does not tie to a number, beside those above: they lead to a span
/// (docs/spec/reading.md#grounded-answers).
constexpr Words kLeads = {U"from",     U"between", U"in",     U"during",   U"timestamps",
                          U"timespan", U"span",    U"range",  U"period",   U"window",
                          U"interval", U"segment", U"moment", U"evidence", U"relevant",
                          U"when",     U"clip",    U"video"};

constexpr std::pair<Words, TokenKind> kKinds[] = {{kSeparators, TokenKind::kSeparator},
                                                  {kBegins, TokenKind::kBegin},
                                                  {kEnds, TokenKind::kEnd},
                                                  {kNears, TokenKind::kNear},
                                                  {kFars, TokenKind::kFar}};

/// A date is a word: dddd-dd-dd or dd-dd-dddd.
size_t date_end(View text, size_t i) {
  for (const View form : {View(U"dddd-dd-dd"), View(U"dd-dd-dddd")}) {
    size_t length = 0;
    while (length < form.size() && (form[length] == 'd' ? is_digit(at(text, i + length))
                                                        : at(text, i + length) == form[length]))
      ++length;
    const char32_t next = at(text, i + length);
    if (length == form.size() && !is_word(next) && next != '-') return i + length;
  }
  return kNone;
}

/// The end of a word with the numbers that are part of it: person1, v2.5.
size_t whole_word_end(View text, size_t i) {
  size_t end = word_end(text, i);
  while (is_digit(text[end - 1]) && is_one_of(at(text, end), U".:,/") &&
         is_digit(at(text, end + 1)))
    end = word_end(text, end + 1);
  return end;
}

class Scan {
 public:
  explicit Scan(View text) : text_(text) {}

  std::vector<Token> run() {
    while (i_ < text_.size())
      if (!skip()) token();
    return std::move(tokens_);
  }

 private:
  bool skip() {
    if (is_blank(text_[i_])) return ++i_, true;
    constexpr size_t kLongestRemark = 200;
    if (text_[i_] != '(') return false;
    size_t end = i_ + 1;
    while (end < text_.size() && end - i_ <= kLongestRemark && text_[end] != ')' &&
           text_[end] != '(' && !is_digit(text_[end]))
      ++end;
    if (at(text_, end) != ')') return false;
    i_ = end + 1;
    return true;
  }

  void push(TokenKind kind, size_t end) {
    tokens_.push_back(
        {.kind = kind, .begin = i_, .end = end, .word = text_.substr(i_, end - i_), .time = {}});
    i_ = end;
  }

  void token() {
    const size_t dashes = skip_all(text_, i_, U"-");
    if (number_begins(text_, i_)) return number();
    if (dashes > i_ && number_begins(text_, dashes) && !follows_time())
      return signed_number(dashes);
    if (const auto [kind, end] = known_word(); end != kNone) return word(kind, end);
    if (is_word(text_[i_])) return word(TokenKind::kOther, whole_word_end(text_, i_));
    if (dashes > i_) return push(TokenKind::kSeparator, dashes);
    if (text_[i_] == '~') return push(TokenKind::kSeparator, skip_all(text_, i_, U"~"));
    push(sign_kind(text_[i_]), i_ + 1);
  }

  static TokenKind sign_kind(char32_t c) {
    if (is_quote(c) || is_opening(c) || is_closing(c)) return TokenKind::kQuote;
    if (c == ',' || c == ';') return TokenKind::kComma;
    if (c == '.') return TokenKind::kStop;
    return c == ':' || c == '=' ? TokenKind::kColon : TokenKind::kOther;
  }

  std::pair<TokenKind, size_t> known_word() const {
    if (!word_begins(text_, i_)) return {TokenKind::kOther, kNone};
    std::pair<TokenKind, size_t> longest = {TokenKind::kOther, kNone};
    for (const auto& [words, kind] : kKinds)
      if (const size_t end = match_any(text_, i_, words);
          end != kNone && (longest.second == kNone || end > longest.second))
        longest = {kind, end};
    if (longest.second != kNone || !is_word(text_[i_])) return longest;
    for (const auto& [prefix, kind] :
         {std::pair(View(U"start_"), TokenKind::kBegin), std::pair(View(U"end_"), TokenKind::kEnd)})
      if (lower(text_.substr(i_, prefix.size())) == prefix)
        return {kind, whole_word_end(text_, i_)};
    return longest;
  }

  /// What a hyphen ties to an unknown word is part of it: scene-3.
  void word(TokenKind kind, size_t end) {
    const bool free = kind != TokenKind::kOther || match_any(text_, i_, kLeads) == end;
    while (!free && at(text_, end) == '-' && number_begins(text_, end + 1))
      end = whole_word_end(text_, end + 1 + (at(text_, end + 1) == '.' ? 1 : 0));
    push(kind, end);
  }

  /// Whether one of the last four tokens is a time, brackets, quotes and full stops aside.
  bool follows_time() const {
    constexpr size_t kLookBack = 4;
    for (size_t k = 1; k <= std::min(kLookBack, tokens_.size()); ++k) {
      const auto kind = tokens_[tokens_.size() - k].kind;
      if (kind == TokenKind::kQuote || kind == TokenKind::kStop) continue;
      return kind == TokenKind::kTime;
    }
    return false;
  }

  void number() {
    if (const size_t end = date_end(text_, i_); end != kNone) return push(TokenKind::kOther, end);
    const size_t first = tokens_.size();
    for (const auto& time : times_at(text_, i_)) {
      if (tokens_.size() > first) push(TokenKind::kComma, time.begin);
      i_ = time.begin;
      tokens_.push_back({.kind = TokenKind::kTime,
                         .begin = time.begin,
                         .end = time.end,
                         .word = {},
                         .time = time});
      i_ = time.end;
    }
    look_before(tokens_[first], first);
    auto& last = tokens_.back();
    last.time.angle = before(text_, last.begin) == '<' && at(text_, last.end) == '>';
  }

  void signed_number(size_t digits) {
    const size_t sign = i_;
    if (date_end(text_, digits) != kNone) return push(TokenKind::kOther, digits);
    i_ = digits;
    const size_t first = tokens_.size();
    number();
    tokens_[first].begin = tokens_[first].time.begin = sign;
    tokens_[first].time.negative = true;
  }

  /// A word before a time may be its sign, or its unit: "minus 5", "frame 120".
  void look_before(Token& time, size_t index) {
    if (index == 0) return;
    const auto& word = tokens_[index - 1];
    if (is_token(word, {U"frame", U"frames"}) && time.time.unit == Unit::kPlain)
      time.time.unit = Unit::kBad;
    if (!is_token(word, {U"minus", U"negative"})) return;
    time.time.negative = true;
    time.begin = time.time.begin = word.begin;
  }

  View text_;
  size_t i_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> time_tokens(View text) { return Scan(text).run(); }

bool is_token(const Token& token, Words words) {
  return std::any_of(words.begin(), words.end(), [&](View word) {
    return token.word.size() == word.size() && lower(token.word) == word;
  });
}

}  // namespace vrlt::reading
