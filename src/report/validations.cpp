#include "report/validations.h"

#include <cmath>
#include <map>
#include <vector>

#include "report/asked.h"
#include "report/run_reading.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace {

using namespace page;

constexpr size_t kMostQuestions = 8;
constexpr size_t kMostAnswers = 8;  ///< To a question, spread over the run.
constexpr size_t kLongestText = 600;

std::string question_card(const std::vector<io::Json>& answers) {
  const auto& first = answers.front();
  std::string html = "<div class=\"card\"><b>" + escape(first.value("question", "")) + "  —  " +
                     escape(first.value("id", "")) + "</b>";
  const auto truth = first.value("truth", io::Json());
  html += option_list(first.value("options", io::Json()), right_option(truth));
  html += "<p>right: " + escape(truth_text(truth)) +
          "</p><table><tr><th>after step</th><th>answer</th><th>score</th><th>finish</th></tr>";
  const size_t shown = std::min(kMostAnswers, answers.size());
  for (size_t k = 0; k < shown; ++k) {
    const auto& line = answers[shown == 1 ? 0 : k * (answers.size() - 1) / (shown - 1)];
    html += "<tr>" + number_cell(line.value("step", 0.0)) + "<td><code>" +
            escape(shorten(line.value("text", line.value("error", "")), kLongestText)) +
            "</code></td>" + number_cell(line.value("score", NAN)) + "<td>" +
            escape(line.value("finish", "")) + "</td></tr>";
  }
  return html + "</table></div>";
}

}  // namespace

std::string validation_answers(const std::filesystem::path& run) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<io::Json>> by_id;
  for_each_line(run / "validations.jsonl", [&](const io::Json& line) {
    if (!line.is_object()) return;
    const auto id = line.value("id", "");
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      if (order.size() == kMostQuestions) return;
      order.push_back(id);
    }
    by_id[id].push_back(line);
  });
  std::string cards;
  for (const auto& id : order) cards += question_card(by_id[id]);
  return cards;
}

}  // namespace vrlt::report
