#include "vrlt/report/report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "report/chart.h"
#include "report/html.h"
#include "report/page_style.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

constexpr size_t kShownRollouts = 12;
constexpr size_t kLongestText = 600;
constexpr uint64_t kMaxTextFile = 4 << 20;

std::vector<io::Json> read_lines(const fs::path& path) {
  std::vector<io::Json> lines;
  if (fs::exists(path)) io::for_each_jsonl(path, /*tolerate_torn_tail=*/true, [&](int64_t, io::Json line) { lines.push_back(std::move(line)); });
  return lines;
}

std::string card(const std::string& title, const std::string& body) { return "<div class=\"card\"><b>" + escape(title) + "</b>" + body + "</div>"; }

// Curves

/// The part of a metric's name before the slash: the heading its chart stands under.
std::string stage_of(const std::string& name) { return name.substr(0, name.find('/')); }

std::string metric_charts(const fs::path& run) {
  std::map<std::string, Series> series;
  std::vector<std::string> stages;
  for (const char* file : {"metrics.jsonl", "timing.jsonl"})
    for (const auto& line : read_lines(run / file))
      for (const auto& [name, value] : line.items()) {
        if (name == "step" || !value.is_number() || stage_of(name) == "parse") continue;
        auto& one = series[name];
        one.name = name;
        one.points.push_back({line.value("step", 0.0), value.get<double>()});
        if (std::find(stages.begin(), stages.end(), stage_of(name)) == stages.end()) stages.push_back(stage_of(name));
      }
  std::string html;
  for (const auto& stage : stages) {
    html += "<h3>" + escape(stage) + "</h3><div class=\"grid\">";
    for (const auto& [name, one] : series)
      if (stage_of(name) == stage) html += card(concat(name, "  (last ", format_number(one.points.back().y), ")"), line_chart({one}));
    html += "</div>";
  }
  return html;
}

// Rollouts

std::vector<Interval> spans_of(const io::Json& json) {
  std::vector<Interval> spans;
  if (json.is_array())
    for (const auto& item : json)
      if (item.is_array() && item.size() == 2 && item[0].is_number() && item[1].is_number()) spans.push_back({item[0].get<double>(), item[1].get<double>()});
  return spans;
}

std::string response_rows(const io::Json& responses) {
  std::string html = "<table><tr><th>response</th><th>reward</th><th>advantage</th><th>finish</th><th>components</th></tr>";
  for (const auto& response : responses) {
    std::string components;
    for (const auto& [name, component] : response["components"].items())
      components += name + " " + format_number(component.value("value", 0.0)) + (component.value("reason", "") == "ok" ? "" : " (" + component.value("reason", "") + ")") + "  ";
    html += "<tr><td><code>" + escape(shorten(response.value("text", ""), kLongestText)) + "</code></td>" + number_cell(response.value("reward", 0.0)) +
            number_cell(response.value("advantage", NAN)) + "<td>" + escape(response.value("finish", "")) + "</td><td>" + escape(components) + "</td></tr>";
  }
  return html + "</table>";
}

std::string rollout_card(const io::Json& line, const FrameStrip& frame_strip) {
  std::vector<double> seconds;
  if (line.contains("frame_seconds"))
    for (const auto& value : line["frame_seconds"])
      if (value.is_number()) seconds.push_back(value.get<double>());
  std::vector<PredictedSpan> predicted;
  double best = 1e-9, end = seconds.empty() ? 1.0 : seconds.back();
  for (const auto& response : line["responses"]) best = std::max(best, response.value("reward", 0.0));
  for (const auto& response : line["responses"]) {
    const auto spans = response.contains("predicted") ? spans_of(io::Json::array({response["predicted"]})) : std::vector<Interval>{};
    if (!spans.empty()) predicted.push_back({spans.front(), response.value("reward", 0.0), shorten(response.value("text", ""), 80)});
  }
  const auto truth = line.contains("truth") ? spans_of(line["truth"]) : std::vector<Interval>{};
  for (const auto& span : truth) end = std::max(end, span.end_seconds);
  std::string title = line.value("question", "") + "  —  " + line.value("id", "");
  if (line.contains("step")) title = concat("step ", line.value("step", int64_t{0}), ": ", title);
  std::string html;
  const auto jpeg = frame_strip ? frame_strip(line.value("video", ""), seconds) : std::string();
  if (!jpeg.empty()) html += "<img alt=\"frames\" src=\"data:image/jpeg;base64," + base64(jpeg) + "\">";
  if (!truth.empty()) html += timeline(end, seconds, truth, predicted, best);
  if (line.contains("options")) html += "<p>options: " + escape(line["options"].dump()) + ", right: " + escape(line.value("answer", io::Json()).dump()) + "</p>";
  return card(title, html + response_rows(line["responses"]));
}

std::string rollout_samples(const fs::path& run, const FrameStrip& frame_strip) {
  std::vector<io::Json> lines;
  for (auto& line : read_lines(run / "rollouts.jsonl"))
    if (line.contains("responses") && line["responses"].is_array()) lines.push_back(std::move(line));
  if (lines.empty()) return {};
  std::string html = "<h3>sample rollouts</h3>";
  const size_t shown = std::min(kShownRollouts, lines.size());
  for (size_t i = 0; i < shown; ++i) html += rollout_card(lines[shown == 1 ? 0 : i * (lines.size() - 1) / (shown - 1)], frame_strip);
  return html;
}

// Selection

std::string selection_histograms(const fs::path& run) {
  const auto statistics = read_lines(run / "statistics.jsonl");
  if (statistics.empty()) return {};
  std::map<std::string, std::string> reason_of;
  for (const auto& line : read_lines(run / "rejected.jsonl")) reason_of[line.value("id", "")] = line.value("reason", "");
  struct Values {
    std::vector<double> selected, rejected;
  };
  std::map<std::string, std::map<std::string, Values>> by_task;  // task -> statistic -> values
  std::map<std::string, std::map<std::string, int64_t>> reasons;
  for (const auto& line : statistics) {
    const auto task = line.value("task", ""), id = line.value("id", "");
    const bool rejected = reason_of.count(id) != 0;
    ++reasons[task][rejected ? reason_of[id] : "selected"];
    for (const char* name : {"mean", "std"}) {
      auto& values = by_task[task][name];
      (rejected ? values.rejected : values.selected).push_back(line.value(name, 0.0));
    }
  }
  std::string html = "<h3>selection: <span style=\"color:var(--accent)\">selected</span> and <span style=\"color:var(--warn)\">rejected</span> samples</h3><div class=\"grid\">";
  for (const auto& [task, statistics_of_task] : by_task)
    for (const auto& [name, values] : statistics_of_task) {
      const auto edges = linear_edges(0.0, name == "std" ? 0.6 : 1.0, 20);
      html += card(task + ": " + name + " of the rewards", stacked_histogram(edges, {{"selected", histogram_counts(values.selected, edges)}, {"rejected", histogram_counts(values.rejected, edges)}}));
    }
  html += "</div><table><tr><th>task</th><th>decision</th><th>samples</th></tr>";
  for (const auto& [task, counts] : reasons)
    for (const auto& [reason, count] : counts) html += "<tr><td>" + escape(task) + "</td><td>" + escape(reason) + "</td>" + number_cell(static_cast<double>(count)) + "</tr>";
  return html + "</table>";
}

// Evaluation

std::string evaluation_tables(const fs::path& run) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(run))
    if (fs::exists(entry.path() / "results.json")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::string html;
  for (const auto& folder : folders) {
    const auto results = io::read_json(folder / "results.json");
    html += concat("<h3>", escape(folder.filename().string()), ": ", results.value("n_done", int64_t{0}), " of ", results.value("n_expected", int64_t{0}),
                   " answered</h3><table><tr><th>metric</th><th>%</th><th>95 % interval</th></tr>");
    for (const auto& [name, metric] : results["metrics"].items())
      html += "<tr><td>" + escape(name) + "</td>" + number_cell(100 * metric.value("value", NAN)) + "<td>[" + format_number(100 * metric["ci95"][0].get<double>()) + ", " +
              format_number(100 * metric["ci95"][1].get<double>()) + "]</td></tr>";
    html += "</table>";
  }
  return html;
}

std::string run_section(const fs::path& run, const FrameStrip& frame_strip) {
  if (!fs::is_directory(run)) throw MissingInputError(run.string() + ": no such run folder");
  const auto body = evaluation_tables(run) + selection_histograms(run) + metric_charts(run) + rollout_samples(run, frame_strip);
  if (body.empty()) throw DataError(run.string() + ": holds no metrics, selection or evaluation");
  std::string html = "<h2>" + escape(fs::weakly_canonical(run).filename().string()) + "</h2>";
  if (fs::exists(run / "config.yaml")) html += folded("config", "<pre>" + escape(io::read_file(run / "config.yaml", kMaxTextFile)) + "</pre>");
  return html + body;
}

}  // namespace

void write_report(const std::vector<fs::path>& run_folders, const fs::path& output_html, const FrameStrip& frame_strip) {
  std::string html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>vrlt report</title><style>";
  html += kStyle;
  html += "</style></head><body><h1>vrlt report</h1>";
  for (const auto& run : run_folders) html += run_section(run, frame_strip);
  io::write_file_atomic(output_html, html + "</body></html>\n");
}

}  // namespace vrlt::report
