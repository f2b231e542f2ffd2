#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// Text that many samples have in common, such as the name of their benchmark: it is kept once for
/// all of them, for as long as the program runs. To be read as a std::string.
class SharedText {
 public:
  SharedText() : text_(&kept("")) {}
  explicit SharedText(std::string_view text) : text_(&kept(text)) {}
  SharedText& operator=(std::string_view text) {
    text_ = &kept(text);
    return *this;
  }

  const std::string& str() const { return *text_; }
  operator const std::string&() const { return *text_; }
  bool empty() const { return text_->empty(); }

  friend bool operator==(const SharedText& a, const SharedText& b) { return a.text_ == b.text_; }
  friend bool operator==(const SharedText& a, std::string_view b) { return *a.text_ == b; }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << *text.text_;
  }
  friend void to_json(io::Json& json, const SharedText& text) { json = *text.text_; }

 private:
  /// Any thread may ask.
  static const std::string& kept(std::string_view text);

  const std::string* text_;
};

}  // namespace vrlt::data
