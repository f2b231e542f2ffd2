#include "app/score_report.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::app {
namespace {

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string three_decimals(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

/// As a JSON string without its quotes, so that a terminal sees no control character; cut where it gets long.
std::string shown(const std::string& text, size_t limit) {
  const auto quoted = io::to_line(io::Json(text.substr(0, limit)));
  const auto inner = quoted.substr(1, quoted.size() - 2);
  return text.size() > limit ? concat(inner, " .. (", text.size(), " bytes)") : inner;
}

std::string truth_text(const data::Sample& sample) {
  std::string text;
  if (sample.answer_option)
    text = concat(static_cast<char>('A' + *sample.answer_option), ". ", sample.options[static_cast<size_t>(*sample.answer_option)]);
  for (const auto& span : sample.clip_segments()) text += concat(text.empty() ? "" : ", ", span.start_seconds, " to ", span.end_seconds, " s");
  if (sample.answer_text) text += (text.empty() ? "" : ", ") + *sample.answer_text;
  return text;
}

std::string component_line(const rewards::RewardTerm& term, const rewards::RewardOutput& component) {
  constexpr size_t kNameWidth = 26, kValueWidth = 8;
  if (!component.applicable) return concat("  ", padded(term.name, kNameWidth), padded("-", kValueWidth), component.reason, "\n");
  auto line = concat("  ", padded(term.name, kNameWidth), padded(three_decimals(component.value), kValueWidth), "x ", term.weight);
  if (component.reason != "ok") line += "  " + component.reason;
  if (!component.read.empty()) line += "  read \"" + shown(component.read, 100) + "\"";
  for (const auto& [name, value] : component.extra) line += concat("  ", name, " ", three_decimals(value));
  return line + "\n";
}

/// For XML: markup escaped; control characters, which XML 1.0 has no way to write, as JSON writes them.
std::string xml(const std::string& text) {
  std::string result;
  const auto escaped = io::to_line(io::Json(text));
  for (const char c : escaped.substr(1, escaped.size() - 2)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\x7F':
        result += "\\u007f";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// `text` with line feeds kept.
std::string xml_lines(const std::string& text) {
  std::string result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    result += xml(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return result;
}

}  // namespace

std::string score_line(const ScoredCompletion& completion, const std::vector<rewards::RewardTerm>& terms) {
  const auto& scored = completion.scored;
  io::Json line = {{"id", completion.sample->id}, {"total", scored.total}, {"scorable", scored.scorable}, {"components", io::Json::object()}};
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto& component = scored.components[k];
    if (component.applicable) line["components"][terms[k].name] = {{"value", component.value}, {"reason", component.reason}};
  }
  if (!completion.misses.empty()) line["misses"] = completion.misses;
  return io::to_line(line) + "\n";
}

std::string score_explanation(const ScoredCompletion& completion, const std::vector<rewards::RewardTerm>& terms) {
  const auto& sample = *completion.sample;
  auto text = concat(completion.place, "  ", shown(sample.id, 200), " (", data::to_string(sample.task), ")  total ",
                     three_decimals(completion.scored.total), completion.scored.scorable ? "" : "  no reward applies", "\n");
  text += concat("  response  ", shown(completion.text, 2000), completion.truncated ? "  (cut off)" : "", "\n");
  text += concat("  truth     ", shown(truth_text(sample), 500), "\n");
  for (size_t k = 0; k < terms.size(); ++k) text += component_line(terms[k], completion.scored.components[k]);
  for (const auto& miss : completion.misses) text += concat("  NOT MET   ", miss, "\n");
  return text + "\n";
}

std::string junit_report(const std::deque<ScoredCompletion>& completions, const std::vector<rewards::RewardTerm>& terms) {
  size_t tests = 0, failures = 0;
  std::string cases;
  for (const auto& completion : completions) {
    if (completion.control) continue;
    ++tests;
    cases += concat("    <testcase classname=\"vrlt-score.", data::to_string(completion.sample->task), "\" name=\"",
                    xml(concat(completion.sample->id, " ", completion.place)), "\"");
    if (completion.misses.empty()) {
      cases += "/>\n";
      continue;
    }
    ++failures;
    cases += concat(">\n      <failure type=\"expected\" message=\"", xml(completion.misses.front()), "\">",
                    xml_lines(score_explanation(completion, terms)), "</failure>\n    </testcase>\n");
  }
  return concat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"", tests, "\" failures=\"", failures,
                "\">\n  <testsuite name=\"vrlt-score\" tests=\"", tests, "\" failures=\"", failures, "\" errors=\"0\" skipped=\"0\">\n", cases,
                "  </testsuite>\n</testsuites>\n");
}

}  // namespace vrlt::app
