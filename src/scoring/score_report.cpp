#include "scoring/score_report.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

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

/// Code units of text that a terminal would obey or XML 1.0 cannot hold, as \\u and four digits: C0
/// and C1 controls, DEL, U+FFFE, U+FFFF.
std::string escaped_controls(const std::string& text) {
  std::string result;
  const auto escape = [&](unsigned code_point) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "\\u%04x", code_point);
    result += digits;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == '\n') {
      result += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      escape(byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      escape(next);
      ++i;
    } else if (byte == 0xEF && next == 0xBF && i + 2 < text.size() &&
               static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
      escape(0xFF00U + static_cast<unsigned char>(text[i + 2]) + 0x40U);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// On one line and in valid UTF-8; cut where it gets long.
std::string shown(const std::string& text, size_t limit) {
  const auto valid =
      io::parse_json(io::to_line(io::Json(text.substr(0, limit))), "text").get<std::string>();
  return escaped_controls(valid) +
         (text.size() > limit ? concat(" .. (", text.size(), " bytes)") : "");
}

std::string truth_text(const data::Sample& sample) {
  std::string text;
  if (sample.answer_option)
    text = concat(static_cast<char>('A' + *sample.answer_option), ". ",
                  sample.options[static_cast<size_t>(*sample.answer_option)]);
  for (const auto& span : sample.clip_segments())
    text += concat(text.empty() ? "" : ", ", span.start_seconds, " to ", span.end_seconds, " s");
  if (sample.answer_text) text += (text.empty() ? "" : ", ") + *sample.answer_text;
  return text;
}

std::string component_line(const rewards::RewardTerm& term,
                           const rewards::RewardOutput& component) {
  constexpr size_t kNameWidth = 26, kValueWidth = 8;
  auto line = concat("  ", padded(term.name, kNameWidth),
                     padded(three_decimals(component.value), kValueWidth), "x ", term.weight);
  if (component.reason != reading::Reason::kOk) line += "  " + component.reason.word;
  if (!component.read.empty()) line += "  read \"" + shown(component.read, 100) + "\"";
  for (const auto& [name, value] : component.extra)
    line += concat("  ", name, " ", three_decimals(value));
  return line + "\n";
}

/// With markup escaped. @param text  as shown() makes it, or lines of that.
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
      concat(shown(completion.place, 500), "  ", shown(sample.id, 200), " (",
             data::to_string(sample.task), ")  total ", three_decimals(completion.scored.total),
             completion.scored.scorable ? "" : "  no reward applies", "\n");
  text += concat("  response  ", shown(completion.text, 2000),
                 completion.truncated ? "  (cut off)" : "", "\n");
  text += concat("  truth     ", shown(truth_text(sample), 500), "\n");
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
  cases_ += concat("    <testcase classname=\"vrlt-score.",
                   data::to_string(completion.sample->task), "\" name=\"",
                   xml(shown(concat(completion.sample->id, " ", completion.place), 500)), "\"");
  if (completion.misses.empty()) {
    cases_ += "/>\n";
    return;
  }
  ++failures_;
  cases_ += concat(">\n      <failure type=\"expected\" message=\"",
                   xml(shown(completion.misses.front(), 500)), "\">",
                   xml(score_explanation(completion, terms)), "</failure>\n    </testcase>\n");
}

std::string JunitReport::text() const {
  return concat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"", tests_,
                "\" failures=\"", failures_, "\">\n  <testsuite name=\"vrlt-score\" tests=\"",
                tests_, "\" failures=\"", failures_, "\" errors=\"0\" skipped=\"0\">\n", cases_,
                "  </testsuite>\n</testsuites>\n");
}

}  // namespace vrlt::scoring
