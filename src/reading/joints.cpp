#include "reading/joints.h"

namespace vrlt::reading {
namespace {

constexpr Words kMarks = {U"mark", U"point", U"开始", U"開始", U"起始"};
constexpr Words kFillers = {U"the", U"it", U"then"};

/// The tokens between two times, read from the left.
class Between {
 public:
  Between(const std::vector<Token>& tokens, size_t first, size_t second)
      : tokens_(tokens), begin_(first + 1), end_(second) {}

  /// before S gap
  std::optional<Joint> separator() {
    i_ = begin_;
    skip_quotes();
    if (is(TokenKind::kStop)) {
      ++i_;
      skip_quotes();
    }
    if (skip_marks() && is(TokenKind::kComma)) ++i_;
    if (!is(TokenKind::kSeparator)) return {};
    const bool is_and = is_token(tokens_[i_++], {U"and"});
    constexpr int kLongestGap = 6;
    for (int k = 0; k < kLongestGap && i_ < end_ && in_gap(tokens_[i_], is_and); ++k) ++i_;
    if (i_ != end_) return {};
    return is_and ? Joint::kAnd : Joint::kSeparator;
  }

  /// before and q* (the|it|then){0,3} E tail
  bool and_ends() {
    begin_of_end();
    if (i_ >= end_ || !is_token(tokens_[i_], {U"and"})) return false;
    ++i_;
    skip_quotes();
    for (int k = 0; k < 3 && is_word(kFillers); ++k) ++i_;
    return ends_with_tail();
  }

  /// before (c | d | q | and | the | it | then){0,4} E tail
  bool ends() {
    begin_of_end();
    for (int k = 0; k < 4 && (is(TokenKind::kComma) || is(TokenKind::kStop) ||
                              is(TokenKind::kQuote) || is_word({U"and"}) || is_word(kFillers));
         ++k)
      ++i_;
    return ends_with_tail();
  }

  /// (q | c)*
  bool only_signs() {
    for (i_ = begin_; i_ < end_; ++i_)
      if (!is(TokenKind::kQuote) && !is(TokenKind::kComma)) return false;
    return true;
  }

 private:
  bool is(TokenKind kind) const { return i_ < end_ && tokens_[i_].kind == kind; }
  bool is_word(Words words) const { return i_ < end_ && is_token(tokens_[i_], words); }

  void skip_quotes() {
    while (is(TokenKind::kQuote)) ++i_;
  }

  bool skip_marks() {
    const size_t begin = i_;
    while (i_ - begin < 2 && is_word(kMarks)) ++i_;
    return i_ > begin;
  }

  /// `before` where no separator follows.
  void begin_of_end() {
    i_ = begin_;
    skip_quotes();
    skip_marks();
  }

  bool ends_with_tail() {
    if (!is(TokenKind::kEnd)) return false;
    ++i_;
    constexpr int kLongestTail = 6;
    for (int k = 0;
         k < kLongestTail && i_ < end_ && (in_gap(tokens_[i_], false) || is_dashes(tokens_[i_]));
         ++k)
      ++i_;
    return i_ == end_;
  }

  static bool is_tildes(const Token& token) {
    return token.kind == TokenKind::kSeparator && token.word.front() == '~';
  }
  static bool is_dashes(const Token& token) {
    return token.kind == TokenKind::kSeparator && token.word.find_first_not_of(U'-') == View::npos;
  }

  static bool in_gap(const Token& token, bool behind_and) {
    if (token.kind == TokenKind::kQuote || token.kind == TokenKind::kColon ||
        token.kind == TokenKind::kNear || is_tildes(token))
      return true;
    return !behind_and && (token.kind == TokenKind::kFar || is_token(token, {U"and"}));
  }

  const std::vector<Token>& tokens_;
  size_t begin_, end_, i_ = 0;
};

}  // namespace

std::optional<Joint> joint_between(const std::vector<Token>& tokens, size_t first, size_t second) {
  Between between(tokens, first, second);
  if (const auto joint = between.separator()) return joint;
  if (between.and_ends() || between.ends()) return Joint::kEndWord;
  if (tokens[first].time.angle && tokens[second].time.angle && between.only_signs())
    return Joint::kAngle;
  return {};
}

}  // namespace vrlt::reading
