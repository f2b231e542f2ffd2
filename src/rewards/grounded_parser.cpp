#include "rewards/text_scan.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {

GroundedParts split_grounded_answer(std::string_view answer) {
  const auto text = strip_code_fence(answer);
  if (text.empty() || text.front() == '{') return {text, text};
  // The span begins at the first digit or at the bracket that opens it; the option is what stands before.
  size_t begin = 0;
  while (begin < text.size() && !is_digit(text[begin]) && text[begin] != '[') ++begin;
  if (begin > 0 && text[begin - 1] == '(') --begin;
  auto option = text.substr(0, begin);
  while (!option.empty() && (is_space(option.back()) || option.back() == ',' || option.back() == ';' || option.back() == '-'))
    option.remove_suffix(1);
  return {option, text.substr(begin)};
}

GroundedAnswer parse_grounded_answer(std::string_view answer, const std::vector<std::string>& options) {
  const auto parts = split_grounded_answer(answer);
  return {parse_choice(parts.option, options), parse_single_span(parts.span)};
}

}  // namespace vrlt::rewards
