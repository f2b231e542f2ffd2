#include "scoring/score_report.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/data/truth.h"
#include "vrlt/io/json.h"
#include "vrlt/io/printable.h"

namespace vrlt::scoring {
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

std::string component_line(const rewards::RewardTerm& term,
                           const rewards::RewardOutput& component) {
  constexpr size_t kNameWidth = 26, kValueWidth = 8;
  auto line = concat("  ", padded(term.name, kNameWidth),
                     padded(three_decimals(component.value), kValueWidth), "x ", term.weight);
  if (component.reason != reading::Reason::kOk) line += "  " + component.reason.word;
  if (!component.read.empty()) line += "  read \"" + io::printable(component.read, 100) + "\"";
  for (const auto& [name, value] : component.extra)
    line += concat("  ", name, " ", three_decimals(value));
  return line + "\n";
}

/// With markup escaped. @param text  as io::printable() makes it, or lines of that.
std::string xml(const std::string& text) {
  std::string result;
  for (const char c : text) {
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
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace

std::string score_line(const ScoredCompletion& completion,
                       const std::vector<rewards::RewardTerm>& terms) {
  const auto& scored = completion.scored;
  io::Json line = {{"id", completion.sample->id},
                   {"total", scored.total},
                   {"scorable", scored.scorable},
                   {"components", io::Json::object()}};
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto& component = scored.components[k];
    if (component.applicable)
      line["components"][terms[k].name] = {{"value", component.value},
                                           {"reason", component.reason.word}};
  }
  if (!completion.misses.empty()) line["misses"] = completion.misses;
  return io::to_line(line) + "\n";
}

std::string score_explanation(const ScoredCompletion& completion,
                              const std::vector<rewards::RewardTerm>& terms) {
  const auto& sample = *completion.sample;
  auto text =
      concat(io::printable(completion.place, 500), "  ", io::printable(sample.id, 200), " (",
             data::to_string(sample.task), ")  total ", three_decimals(completion.scored.total),
             completion.scored.scorable ? "" : "  no reward applies", "\n");
  text += concat("  response  ", io::printable(completion.text, 2000),
                 completion.truncated ? "  (cut off)" : "", "\n");
  text += concat("  truth     ", io::printable(data::truth_text(sample), 500), "\n");
  std::string others;
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto& component = completion.scored.components[k];
    if (component.applicable)
      text += component_line(terms[k], component);
    else
      others += (others.empty() ? "" : ", ") + terms[k].name;
  }
  if (!others.empty()) text += concat("  does not apply: ", others, "\n");
  for (const auto& miss : completion.misses) text += concat("  NOT MET   ", miss, "\n");
  return text + "\n";
}

void JunitReport::add(const ScoredCompletion& completion,
                      const std::vector<rewards::RewardTerm>& terms) {
  ++tests_;
  cases_ +=
      concat("    <testcase classname=\"vrlt-score.", data::to_string(completion.sample->task),
             "\" name=\"",
             xml(io::printable(concat(completion.sample->id, " ", completion.place), 500)), "\"");
  if (completion.misses.empty()) {
    cases_ += "/>\n";
    return;
  }
  ++failures_;
  cases_ += concat(">\n      <failure type=\"expected\" message=\"",
                   xml(io::printable(completion.misses.front(), 500)), "\">",
                   xml(score_explanation(completion, terms)), "</failure>\n    </testcase>\n");
}

std::string JunitReport::text() const {
  return concat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"", tests_,
                "\" failures=\"", failures_, "\">\n  <testsuite name=\"vrlt-score\" tests=\"",
                tests_, "\" failures=\"", failures_, "\" errors=\"0\" skipped=\"0\">\n", cases_,
                "  </testsuite>\n</testsuites>\n");
}

}  // namespace vrlt::scoring
