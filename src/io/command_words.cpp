#include "vrlt/io/command_words.h"

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::io {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// One pass over a command line.
class Splitter {
 public:
  explicit Splitter(const std::string& command) : command_(command) {}

  std::vector<std::string> words() {
    for (; at_ < command_.size(); ++at_) take(command_[at_]);
    if (quote_ != '\0') throw refused(concat("the quote ", quote_, " is not closed"));
    finish();
    if (words_.empty()) throw refused("no program is named");
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (c == '\\' && quote_ != '\'') return take_escaped();
    if (quote_ != '\0' ? c == quote_ : c == '\'' || c == '"') {
      quote_ = quote_ == '\0' ? c : '\0';
      in_word_ = true;  // "" is a word
    } else if (quote_ == '\0' && is_blank(c)) {
      finish();
    } else {
      add(c);
    }
  }

  void take_escaped() {
    if (at_ + 1 == command_.size()) throw refused("a backslash stands at the end");
    const char next = command_[at_ + 1];
    if (quote_ == '"' && next != '"' && next != '\\') return add('\\');
    ++at_;
    add(next);
  }

  void add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void finish() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  ConfigError refused(const std::string& why) const {
    return ConfigError(concat("the command ", excerpt(command_), ": ", why));
  }

  const std::string& command_;
  size_t at_ = 0;
  char quote_ = '\0';
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> command_words(const std::string& command) {
  return Splitter(command).words();
}

}  // namespace vrlt::io
