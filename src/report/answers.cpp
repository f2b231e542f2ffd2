#include "report/answers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

#include "report/asked.h"
#include "report/run_reading.h"
#include "report/scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

constexpr size_t kMostItems = 300;  ///< Of a task.
constexpr size_t kLongestText = 2000;
constexpr double kRight = 0.5;  ///< A score that counts as right: of spans an IoU of a half.

constexpr const char *kBecameRight = "became right", *kBecameWrong = "became wrong",
                     *kStayedRight = "right", *kStayedWrong = "wrong";

/// What one run said of a sample.
struct Said {
  std::string text, finish;
  double score = NAN;  ///< By strict evaluation; NaN: it has no label.

  bool is_right() const { return score >= kRight; }
};

/// A sample with what each run said, in the order of the runs.
struct Compared {
  std::string id;
  io::Json asked;
  std::vector<std::optional<Said>> said;

  const Said* first() const {
    const auto found = std::find_if(said.begin(), said.end(), [](const auto& s) { return !!s; });
    return found == said.end() ? nullptr : &**found;
  }
  const Said* last() const {
    const auto found = std::find_if(said.rbegin(), said.rend(), [](const auto& s) { return !!s; });
    return found == said.rend() ? nullptr : &**found;
  }
  double change() const { return last()->score - first()->score; }
  std::string kind() const {
    if (std::isnan(first()->score) || std::isnan(last()->score)) return {};
    if (first()->is_right() == last()->is_right())
      return last()->is_right() ? kStayedRight : kStayedWrong;
    return last()->is_right() ? kBecameRight : kBecameWrong;
  }
};

/// The names of the metrics that a task is judged by, the first that a sample has; of a task that
/// is not known those of all.
std::string headlines_of(const io::Json& asked) {
  if (const auto task = data::parse_task(asked.is_object() ? asked.value("task", "") : ""))
    return evaluation::find_strict(*task).headline;
  std::string names;
  for (const auto& entry : evaluation::strict_table()) names += concat(entry.headline, " ");
  return names;
}

/// What a response is judged by, of a strict score as it is stored; NaN without a label.
double headline_of(const io::Json& response, const io::Json& asked) {
  const auto strict = response.value("strict", io::Json::object());
  const auto score = strict.is_object() ? strict.value("score", io::Json()) : io::Json();
  if (!score.is_object()) return NAN;
  std::istringstream names(headlines_of(asked));
  for (std::string name; names >> name;)
    if (score.contains(name) && score[name].is_number()) return score[name].get<double>();
  return NAN;
}

Said said_of(const io::Json& line) {
  const auto asked = line.value("asked", io::Json());
  if (line.contains("err") && line["err"].is_string())
    return {.text = line["err"].get<std::string>(), .finish = "error", .score = 0.0};
  if (!line.contains("responses"))
    return {line.value("text", ""), line.value("finish", ""), headline_of(line, asked)};
  double sum = 0.0;
  for (const auto& response : line["responses"]) sum += headline_of(response, asked);
  const auto& first = line["responses"].front();
  return {first.value("text", ""), first.value("finish", ""),
          sum / static_cast<double>(line["responses"].size())};
}

/// The samples of a task in the order in which the first run has them.
std::vector<Compared> read_task(const std::vector<fs::path>& runs, const std::string& task) {
  std::vector<Compared> samples;
  std::map<std::string, size_t> index;
  for (size_t r = 0; r < runs.size(); ++r)
    for_each_line(runs[r] / task / "samples.jsonl", [&](const io::Json& line) {
      if (!line.is_object() || !line.contains("id") || !line["id"].is_string()) return;
      const auto id = line["id"].get<std::string>();
      const auto [place, is_new] = index.emplace(id, samples.size());
      if (is_new) samples.push_back({id, line.value("asked", io::Json()), {}});
      auto& sample = samples[place->second];
      sample.said.resize(runs.size());
      sample.said[r] = said_of(line);  // the last line about a sample counts
    });
  for (auto& sample : samples) sample.said.resize(runs.size());
  return samples;
}

std::string answer_table(const Compared& sample, const std::vector<fs::path>& runs) {
  std::string html = "<table><tr><th>run</th><th>score</th><th>answer</th><th>finish</th></tr>";
  for (size_t r = 0; r < runs.size(); ++r) {
    if (!sample.said[r]) continue;
    const auto& said = *sample.said[r];
    html += "<tr><td>" + escape(run_name(runs[r])) + "</td><td class=\"number " +
            (said.is_right() ? "right" : "wrong") + "\">" + format_number(said.score) +
            "</td><td><code>" + escape(shorten(said.text, kLongestText)) + "</code></td><td>" +
            escape(said.finish) + "</td></tr>";
  }
  return html + "</table>";
}

std::string answer_item(const Compared& sample, const std::vector<fs::path>& runs) {
  const auto& asked = sample.asked;
  const auto text = [&](const char* key) {
    return asked.is_object() ? asked.value(key, "") : std::string();
  };
  const auto kind = sample.kind();
  const bool good = kind == kBecameRight || kind == kStayedRight;
  auto summary = "<b class=\"" + std::string(good ? "right" : "wrong") + "\">" + escape(kind) +
                 "</b> " + escape(text("question")) + " <span class=\"soft\">" + escape(sample.id) +
                 "</span>";
  std::string body;
  if (asked.is_object()) {
    const auto truth = asked.value("truth", io::Json());
    body = option_list(asked.value("options", io::Json()), right_option(truth)) +
           "<p>right: " + escape(truth_text(truth)) +
           (text("video").empty() ? "" : "; video " + escape(text("video"))) + "</p>";
  }
  std::vector<std::string> kinds;
  if (!kind.empty()) kinds.push_back(kind);
  if (const auto task = text("task"); !task.empty()) kinds.push_back(task);
  return item(summary, body + answer_table(sample, runs), kinds);
}

std::string count_line(const std::vector<Compared>& samples, size_t num_runs) {
  std::map<std::string, int64_t> counts;
  for (const auto& sample : samples) ++counts[sample.kind()];
  const auto part = [&](const char* kind) { return concat(counts[kind], " ", kind); };
  if (num_runs < 2) return concat(part(kStayedRight), ", ", part(kStayedWrong));
  return concat(part(kBecameRight), ", ", part(kBecameWrong), ", ", counts[kStayedRight],
                " stayed right, ", counts[kStayedWrong], " stayed wrong");
}

std::string task_part(const std::vector<fs::path>& runs, const std::string& task) {
  auto samples = read_task(runs, task);
  if (samples.empty()) return {};
  const auto counts = count_line(samples, runs.size());
  const auto all = samples.size();
  std::stable_sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
    const auto size = [](const Compared& sample) {
      const double change = std::abs(sample.change());
      return std::isnan(change) ? -1.0 : change;
    };
    return size(a) > size(b);
  });
  if (samples.size() > kMostItems) samples.resize(kMostItems);
  std::vector<std::string> kinds = {kStayedRight, kStayedWrong};
  if (runs.size() > 1) kinds.insert(kinds.begin(), {kBecameRight, kBecameWrong});
  auto html = "<h3>" + escape(task) + ": " + counts + "</h3>";
  if (runs.size() > 1)
    html += "<p class=\"soft\">from " + escape(run_name(runs.front())) + " to " +
            escape(run_name(runs.back())) + "</p>";
  if (all > samples.size())
    html += concat("<p class=\"soft\">", samples.size(), " of ", all,
                   " samples, those that changed most</p>");
  html += "<div>" + finder(kinds);
  for (const auto& sample : samples) html += answer_item(sample, runs);
  return html + "</div>";
}

}  // namespace

std::string answers_side_by_side(const std::vector<fs::path>& runs) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<fs::path>> runs_of;  // by task
  for (const auto& run : runs)
    for (const auto& entry : io::list_folder(run)) {
      if (!io::exists(entry / "samples.jsonl")) continue;
      const auto task = entry.filename().string();
      if (runs_of[task].empty()) order.push_back(task);
      runs_of[task].push_back(run);
    }
  std::string html;
  for (const auto& task : order) html += task_part(runs_of[task], task);
  if (html.empty()) return {};
  return "<p class=\"soft\">right: a strict score of at least 0.5, which of spans is an IoU of a "
         "half</p>" +
         html;
}

}  // namespace vrlt::report
