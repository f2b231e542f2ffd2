#include "report/asked.h"

#include "vrlt/core/error.h"
#include "vrlt/page/html.h"

namespace vrlt::report {

using namespace page;

std::string truth_text(const io::Json& truth) {
  if (!truth.is_object()) return {};
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (const auto option = truth.value("option", ""); !option.empty()) add(option);
  if (const auto words = truth.value("text", ""); !words.empty()) add(words);
  for (const auto& span : truth.value("spans", io::Json::array()))
    if (span.is_array() && span.size() == 2 && span[0].is_number() && span[1].is_number())
      add(format_number(span[0].get<double>()) + " to " + format_number(span[1].get<double>()) +
          " s");
  return text;
}

int64_t right_option(const io::Json& truth) {
  const auto letter = truth.is_object() ? truth.value("option", "") : "";
  return letter.size() == 1 && letter[0] >= 'A' && letter[0] <= 'Z' ? letter[0] - 'A' : -1;
}

std::string option_list(const io::Json& options, int64_t right) {
  if (!options.is_array() || options.empty()) return {};
  std::string html;
  for (size_t i = 0; i < options.size(); ++i) {
    const auto option = options[i].is_string() ? options[i].get<std::string>() : options[i].dump();
    const auto text = escape(concat(static_cast<char>('A' + i), ". ", option));
    html += (i == 0 ? "" : ", ") +
            (static_cast<int64_t>(i) == right ? "<b class=\"right\">" + text + "</b>" : text);
  }
  return "<p>options: " + html + "</p>";
}

}  // namespace vrlt::report
