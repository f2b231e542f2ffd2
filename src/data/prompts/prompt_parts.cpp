#include "data/prompts/prompt_parts.h"

#include "vrlt/core/error.h"

namespace vrlt::data::prompts {

std::string letter(int64_t option) { return std::string(1, static_cast<char>('A' + option)); }

std::string option_block(const Sample& sample, const char* before, const char* between) {
  std::string text;
  for (size_t i = 0; i < sample.options.size(); ++i)
    text += concat(before, letter(static_cast<int64_t>(i)), between, sample.options[i], "\n");
  return text;
}

std::string lettered_options(const Sample& sample, const char* separator) {
  std::string text;
  for (size_t i = 0; i < sample.options.size(); ++i)
    text += separator + letter(static_cast<int64_t>(i)) + ". " + sample.options[i];
  return text;
}

std::string python_list(const Sample& sample) {
  std::string text = "[";
  for (size_t i = 0; i < sample.options.size(); ++i) {
    const auto& option = sample.options[i];
    const char quote =
        option.find('\'') != std::string::npos && option.find('"') == std::string::npos ? '"'
                                                                                        : '\'';
    text += concat(i == 0 ? "" : ", ", quote, "(", letter(static_cast<int64_t>(i)), ") ");
    for (const char c : option) text += concat(c == '\\' || (c == quote) ? "\\" : "", c);
    text += quote;
  }
  return text + "]";
}

}  // namespace vrlt::data::prompts
