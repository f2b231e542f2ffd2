#include "report/rollouts.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "report/asked.h"
#include "report/run_reading.h"
#include "vrlt/core/error.h"
#include "vrlt/page/chart.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

constexpr size_t kShownRollouts = 12;
constexpr size_t kLongestText = 600;

std::vector<Interval> spans_of(const io::Json& json) {
  std::vector<Interval> spans;
  if (json.is_array())
    for (const auto& item : json)
      if (item.is_array() && item.size() == 2 && item[0].is_number() && item[1].is_number())
        spans.push_back({item[0].get<double>(), item[1].get<double>()});
  return spans;
}

std::string response_rows(const io::Json& responses) {
  std::string html =
      "<table><tr><th>#</th><th>response</th><th>reward</th><th>advantage</th><th>finish</"
      "th><th>components</th></tr>";
  for (size_t k = 0; k < responses.size(); ++k) {
    const auto& response = responses[k];
    std::string components;
    for (const auto& [name, component] : response["components"].items())
      components +=
          name + " " + format_number(component.value("value", 0.0)) +
          (component.value("reason", "") == "ok" ? ""
                                                 : " (" + component.value("reason", "") + ")") +
          "  ";
    html += "<tr>" + number_cell(static_cast<double>(k + 1)) + "<td><code>" +
            escape(shorten(response.value("text", ""), kLongestText)) + "</code></td>" +
            number_cell(response.value("reward", 0.0)) +
            number_cell(response.value("advantage", NAN)) + "<td>" +
            escape(response.value("finish", "")) + "</td><td>" + escape(components) + "</td></tr>";
  }
  return html + "</table>";
}

std::optional<data::FrameFolder> frame_folder(const io::Json& line) {
  const auto frames = line.value("frames", io::Json());
  if (!frames.is_object()) return {};
  const data::FrameFolder defaults;
  return data::FrameFolder{frames.value("pattern", defaults.pattern),
                           frames.value("first", defaults.first),
                           frames.value("fps", defaults.fps)};
}

/// Index of the right option; -1: not known.
int64_t answer_of(const io::Json& line) {
  const auto answer = line.value("answer", io::Json());
  return answer.is_number_integer() ? answer.get<int64_t>() : -1;
}

/// "rewards 0.25 to 1".
std::string rewards_text(const io::Json& responses) {
  double low = INFINITY, high = -INFINITY;
  for (const auto& response : responses) {
    low = std::min(low, response.value("reward", 0.0));
    high = std::max(high, response.value("reward", 0.0));
  }
  if (low > high) return {};
  return low == high ? "rewards all " + format_number(low)
                     : "rewards " + format_number(low) + " to " + format_number(high);
}

std::string rollout_item(const fs::path& run, const io::Json& line, const FrameStrip& frame_strip,
                         bool open) {
  std::vector<double> seconds;
  if (line.contains("frame_seconds"))
    for (const auto& value : line["frame_seconds"])
      if (value.is_number()) seconds.push_back(value.get<double>());
  std::vector<PredictedSpan> predicted;
  // A frame stands for the time until the next one, so that the strip and the timeline below it
  // have one scale.
  double best = 1e-9,
         end = seconds.empty()
                   ? 1.0
                   : seconds.back() +
                         (seconds.size() > 1 ? seconds.back() - seconds[seconds.size() - 2] : 1.0);
  for (const auto& response : line["responses"])
    best = std::max(best, response.value("reward", 0.0));
  for (size_t k = 0; k < line["responses"].size(); ++k) {
    const auto& response = line["responses"][k];
    const auto spans = response.contains("predicted")
                           ? spans_of(io::Json::array({response["predicted"]}))
                           : std::vector<Interval>{};
    if (!spans.empty())
      predicted.push_back({spans.front(), response.value("reward", 0.0), std::to_string(k + 1)});
  }
  const auto truth = line.contains("truth") ? spans_of(line["truth"]) : std::vector<Interval>{};
  for (const auto& span : truth) end = std::max(end, span.end_seconds);
  std::string title = line.value("question", "") + "  —  " + line.value("id", "");
  if (line.contains("step")) title = concat("step ", line.value("step", int64_t{0}), ": ", title);
  std::string html;
  auto file_seconds = seconds;
  for (double& value : file_seconds) value += line.value("clip_start", 0.0);
  const auto jpeg =
      frame_strip ? frame_strip({run, line.value("video", ""), frame_folder(line), file_seconds})
                  : std::string();
  if (!jpeg.empty())
    html +=
        "<img class=\"strip\" alt=\"frames\" src=\"data:image/jpeg;base64," + base64(jpeg) + "\">";
  if (!truth.empty()) html += timeline(end, seconds, truth, predicted, best);
  html += option_list(line.value("options", io::Json()), answer_of(line));
  if (const auto prompt = line.value("prompt", ""); !prompt.empty())
    html += folded("prompt", "<pre>" + escape(prompt) + "</pre>");
  const auto task = line.value("task", "");
  return item(escape(title) + " <span class=\"soft\">" + escape(rewards_text(line["responses"])) +
                  "</span>",
              html + response_rows(line["responses"]),
              task.empty() ? std::vector<std::string>{} : std::vector{task}, open);
}

}  // namespace

std::string rollout_samples(const fs::path& run, const FrameStrip& frame_strip) {
  std::string items;
  std::set<std::string> tasks;
  for (const auto& line : spread_lines(run / "rollouts.jsonl", "\"responses\"", kShownRollouts))
    if (line.contains("responses") && line["responses"].is_array()) {
      items += rollout_item(run, line, frame_strip, /*open=*/items.empty());
      if (const auto task = line.value("task", ""); !task.empty()) tasks.insert(task);
    }
  if (items.empty()) return {};
  return "<div>" + finder({tasks.begin(), tasks.end()}) + items + "</div>";
}

}  // namespace vrlt::report
