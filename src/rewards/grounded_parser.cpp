#include "rewards/text_scan.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {

GroundedAnswer parse_grounded_answer(std::string_view answer, const std::vector<std::string>& options) {
  const auto text = strip_code_fence(answer);
  if (text.empty() || text.front() == '{') return {parse_choice(text, options), parse_single_span(text)};
  // The span begins at the first digit or at the bracket that opens it; the option is what stands before.
  size_t cut = 0;
  while (cut < text.size() && !is_digit(text[cut]) && !(text[cut] == '[')) ++cut;
  size_t begin = cut;
  if (begin > 0 && text[begin - 1] == '(') --begin;
  auto option = text.substr(0, begin);
  while (!option.empty() && (is_space(option.back()) || option.back() == ',' || option.back() == ';' || option.back() == '-'))
    option.remove_suffix(1);
  return {parse_choice(option, options), parse_single_span(text.substr(begin))};
}

}  // namespace vrlt::rewards
