#include <vector>

#include "reading/markup.h"

namespace vrlt::reading {
namespace {

enum class Command {
  kUnwrap,  ///< Goes with the braces behind it; their content stays.
  kDrop,
  kBlank,
  kArrow,
  kTilde,
};

constexpr std::pair<View, Command> kCommands[] = {
    {U"boxed", Command::kUnwrap},
    {U"fbox", Command::kUnwrap},
    {U"text", Command::kUnwrap},
    {U"textbf", Command::kUnwrap},
    {U"textit", Command::kUnwrap},
    {U"textsf", Command::kUnwrap},
    {U"textrm", Command::kUnwrap},
    {U"texttt", Command::kUnwrap},
    {U"textnormal", Command::kUnwrap},
    {U"mathrm", Command::kUnwrap},
    {U"mathbf", Command::kUnwrap},
    {U"mathit", Command::kUnwrap},
    {U"mathsf", Command::kUnwrap},
    {U"mathtt", Command::kUnwrap},
    {U"mathcal", Command::kUnwrap},
    {U"operatorname", Command::kUnwrap},
    {U"mbox", Command::kUnwrap},
    {U"hbox", Command::kUnwrap},
    {U"emph", Command::kUnwrap},
    {U"underline", Command::kUnwrap},
    {U"bm", Command::kUnwrap},
    {U"boldsymbol", Command::kUnwrap},
    {U"left", Command::kDrop},
    {U"right", Command::kDrop},
    {U"displaystyle", Command::kDrop},
    {U"textstyle", Command::kDrop},
    {U"big", Command::kDrop},
    {U"Big", Command::kDrop},
    {U"bigg", Command::kDrop},
    {U"Bigg", Command::kDrop},
    {U"bf", Command::kDrop},
    {U"rm", Command::kDrop},
    {U"it", Command::kDrop},
    {U"sf", Command::kDrop},
    {U"tt", Command::kDrop},
    {U"quad", Command::kBlank},
    {U"qquad", Command::kBlank},
    {U"newline", Command::kBlank},
    {U"to", Command::kArrow},
    {U"rightarrow", Command::kArrow},
    {U"longrightarrow", Command::kArrow},
    {U"Rightarrow", Command::kArrow},
    {U"implies", Command::kArrow},
    {U"sim", Command::kTilde},
    {U"approx", Command::kTilde},
};

const Command* find_command(View name) {
  for (const auto& [known, command] : kCommands)
    if (known == name) return &command;
  return nullptr;
}

/// Takes commands out, one scan; remembers which open braces were taken out, for their closing
/// ones.
class Scan {
 public:
  explicit Scan(View text) : text_(text) {}

  Text run() {
    while (i_ < text_.size()) {
      if (text_[i_] == '\\')
        command();
      else
        sign();
    }
    return std::move(result_);
  }

 private:
  void sign() {
    const char32_t c = text_[i_++];
    if (c == '{') dropped_.push_back(false);
    if (c == '}' && !dropped_.empty()) {
      const bool dropped = dropped_.back();
      dropped_.pop_back();
      if (dropped) return;
    }
    result_ += c;
  }

  void command() {
    const size_t begin = i_;
    while (at(text_, i_) == '\\') ++i_;
    const char32_t next = at(text_, i_);
    if (is_letter(next)) {
      word(begin);
    } else if (is_one_of(next, U"()[]{}%_$&#-")) {
      result_ += text_[i_++];
    } else if (is_one_of(next, U",;:! \n")) {
      result_ += next == '\n' ? '\n' : ' ';
      ++i_;
    } else {
      result_.append(text_.substr(begin, i_ - begin));
      if (i_ < text_.size()) result_ += text_[i_++];
    }
  }

  void word(size_t begin) {
    const size_t first = i_;
    while (is_letter(at(text_, i_))) ++i_;
    const auto* command = find_command(text_.substr(first, i_ - first));
    if (command == nullptr) {
      result_.append(text_.substr(begin, i_ - begin));
      return;
    }
    if (*command == Command::kBlank) result_ += ' ';
    if (*command == Command::kArrow) result_ += U"->";
    if (*command == Command::kTilde) result_ += '~';
    if (*command != Command::kUnwrap) return;
    const size_t brace = skip_all(text_, i_, U" ");
    if (at(text_, brace) != '{') return;
    dropped_.push_back(true);
    i_ = brace + 1;
  }

  View text_;
  size_t i_ = 0;
  Text result_;
  std::vector<bool> dropped_;  ///< Of each brace that is open.
};

}  // namespace

Text without_latex(View text) {
  return text.find(U'\\') == View::npos ? Text(text) : Scan(text).run();
}

}  // namespace vrlt::reading
