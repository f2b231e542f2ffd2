#pragma once

#include <string>

#include "vrlt/io/json.h"
#include "vrlt/reading/reading.h"

namespace vrlt::test {

/// The files of readings below golden_dir().
inline constexpr const char* kReadingFiles[] = {"reading/choice.jsonl", "reading/span.jsonl",
                                                "reading/grounded.jsonl",
                                                "reading/label_number.jsonl"};

/// The response of a row, which it keeps.
class RowResponse {
 public:
  explicit RowResponse(const io::Json& row) {
    if (!row.at("text").is_null()) text_ = row.at("text").get<std::string>();
    open_ = row.value("thinking_open", false);
    const auto block = row.value("answer_block", std::string("last"));
    block_ = block == "single"  ? reading::AnswerBlock::kSingle
             : block == "first" ? reading::AnswerBlock::kFirst
                                : reading::AnswerBlock::kLast;
  }

  reading::Response get() const {
    reading::Response response{.text = {}, .thinking_open = open_, .block = block_};
    if (text_) response.text = *text_;
    return response;
  }

 private:
  std::optional<std::string> text_;
  bool open_ = false;
  reading::AnswerBlock block_ = reading::AnswerBlock::kLast;
};

}  // namespace vrlt::test
