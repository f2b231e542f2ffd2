#include "vrlt/report/report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "report/chart.h"
#include "report/html.h"
#include "report/page_style.h"
#include "report/run_reading.h"
#include "report/validations.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/evaluation/task_results.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

constexpr size_t kShownRollouts = 12;
constexpr size_t kLongestText = 600;
constexpr uint64_t kMaxTextFile = 4 << 20;

std::string card(const std::string& title, const std::string& body) {
  return "<div class=\"card\"><b>" + escape(title) + "</b>" + body + "</div>";
}

// Curves

/// The part of a metric's name before the slash.
std::string stage_of(const std::string& name) { return name.substr(0, name.find('/')); }

/// Where a metric's chart stands on the page: what a reader looks at first comes first, then the
/// other stages by name.
size_t rank_of(const std::string& name) {
  constexpr const char* kFirst[] = {"validation", "reward", "loss",   "response",
                                    "kl",         "group",  "policy", "grad"};
  const auto stage = stage_of(name);
  return static_cast<size_t>(std::find(std::begin(kFirst), std::end(kFirst), stage) -
                             std::begin(kFirst));
}

bool is_constant(const Series& series) {
  return std::all_of(series.points.begin(), series.points.end(),
                     [&](const Point& point) { return point.y == series.points.front().y; });
}

std::string metric_charts(const fs::path& run) {
  std::map<std::string, Series> by_name;
  for (const char* file : {"metrics.jsonl", "timing.jsonl"})
    for_each_line(run / file, [&](const io::Json& line) {
      for (const auto& [name, value] : line.items()) {
        if (name == "step" || !value.is_number() || stage_of(name) == "parse") continue;
        by_name[name].name = name;
        by_name[name].points.push_back({line.value("step", 0.0), value.get<double>()});
      }
    });
  std::vector<const Series*> drawn;
  std::string constants;
  for (const auto& [name, series] : by_name) {
    if (series.points.size() > 1 && is_constant(series))
      constants +=
          (constants.empty() ? "" : ", ") + name + " " + format_number(series.points.front().y);
    else
      drawn.push_back(&series);
  }
  if (by_name.empty()) return {};
  std::stable_sort(drawn.begin(), drawn.end(), [](const Series* a, const Series* b) {
    return rank_of(a->name) < rank_of(b->name);
  });
  std::string html = "<h3>per step</h3><div class=\"grid\">";
  for (const auto* series : drawn)
    html += card(concat(series->name, "  (last ", format_number(series->points.back().y), ")"),
                 line_chart({*series}));
  html += "</div>";
  return constants.empty()
             ? html
             : html + "<p class=\"soft\">the same in every step: " + escape(constants) + "</p>";
}

// Alarms

/// What the run warned of while it trained: the last word on each kind, in red.
std::string alarms(const fs::path& run) {
  std::map<std::string, std::string> texts;
  for_each_line(run / "alarms.jsonl", [&](const io::Json& line) {
    if (line.is_object()) texts[line.value("kind", "")] = line.value("text", "");
  });
  std::string html;
  for (const auto& [kind, text] : texts) html += "<p class=\"alarm\">" + escape(text) + "</p>";
  return html;
}

// Rollouts

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

std::string rollout_card(const fs::path& run, const io::Json& line, const FrameStrip& frame_strip) {
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
  if (line.contains("options"))
    html += "<p>options: " + escape(line["options"].dump()) +
            ", right: " + escape(line.value("answer", io::Json()).dump()) + "</p>";
  return card(title, html + response_rows(line["responses"]));
}

std::string rollout_samples(const fs::path& run, const FrameStrip& frame_strip) {
  std::string cards;
  for (const auto& line : spread_lines(run / "rollouts.jsonl", "\"responses\"", kShownRollouts))
    if (line.contains("responses") && line["responses"].is_array())
      cards += rollout_card(run, line, frame_strip);
  return cards.empty() ? std::string() : "<h3>sample rollouts</h3>" + cards;
}

// Selection

double number_at(const io::Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number() ? found->get<double>() : NAN;
}

/// What report.json of a selection says about how far its numbers can be trusted.
std::string selection_trust(const fs::path& run) {
  if (!io::exists(run / "report.json")) return {};
  const auto report = read_own_json(run / "report.json");
  if (!report.is_object()) throw DataError((run / "report.json").string() + ": expected an object");
  const auto noise = report.value("noise", io::Json::object()),
             predicted = report.value("predicted_no_signal", io::Json::object());
  std::string html = "<p>groups of training without signal, as predicted: " +
                     format_number(100 * number_at(predicted, "selected")) +
                     " % of the selected samples, " +
                     format_number(100 * number_at(predicted, "pool")) +
                     " % of all</p><table><tr><th>task</th><th>mean variance</th><th>its standard "
                     "error, one sample</th><th>all the same</th>"
                     "<th>expected</th></tr>";
  for (const auto& [task, row] : noise.items()) {
    html += "<tr><td>" + escape(task) + "</td>";
    for (const char* name : {"mean_var", "mean_sd_of_var", "all_same", "all_same_expected"})
      html += number_cell(number_at(row, name));
    html += "</tr>";
  }
  return html + "</table>";
}

/// Why samples were rejected, by a hash of their id: the ids of a large pool are longer than all
/// else that is kept of it.
class Rejections {
 public:
  explicit Rejections(const fs::path& file) {
    for_each_line(file, [&](const io::Json& line) {
      const auto known = std::find(reasons_.begin(), reasons_.end(), line.value("reason", ""));
      reason_of_[stable_hash(line.value("id", ""))] =
          static_cast<uint32_t>(known - reasons_.begin());
      if (known == reasons_.end()) reasons_.push_back(line.value("reason", ""));
    });
  }
  const std::string* find(const std::string& id) const {
    const auto found = reason_of_.find(stable_hash(id));
    return found == reason_of_.end() ? nullptr : &reasons_[found->second];
  }

 private:
  std::vector<std::string> reasons_;
  std::unordered_map<uint64_t, uint32_t> reason_of_;
};

std::string selection_histograms(const fs::path& run) {
  const Rejections rejections(run / "rejected.jsonl");
  struct Values {
    std::vector<double> selected, rejected;
  };
  std::map<std::string, std::map<std::string, Values>> by_task;  // task -> statistic -> values
  std::map<std::string, std::map<std::string, int64_t>> reasons;
  for_each_line(run / "statistics.jsonl", [&](const io::Json& line) {
    const auto task = line.value("task", "");
    const auto* reason = rejections.find(line.value("id", ""));
    ++reasons[task][reason != nullptr ? *reason : "selected"];
    for (const char* name : {"mean", "std"}) {
      auto& values = by_task[task][name];
      (reason != nullptr ? values.rejected : values.selected).push_back(line.value(name, 0.0));
    }
  });
  if (reasons.empty()) return {};
  std::string html =
      "<h3>selection: <span style=\"color:var(--accent)\">selected</span> and <span "
      "style=\"color:var(--warn)\">rejected</span> samples</h3><div "
      "class=\"grid\">";
  for (const auto& [task, statistics_of_task] : by_task)
    for (const auto& [name, values] : statistics_of_task) {
      const auto edges = linear_edges(0.0, name == "std" ? 0.6 : 1.0, 20);
      html +=
          card(task + ": " + name + " of the rewards",
               stacked_histogram(edges, {{"selected", histogram_counts(values.selected, edges)},
                                         {"rejected", histogram_counts(values.rejected, edges)}}));
    }
  html += "</div><table><tr><th>task</th><th>decision</th><th>samples</th></tr>";
  for (const auto& [task, counts] : reasons)
    for (const auto& [reason, count] : counts)
      html += "<tr><td>" + escape(task) + "</td><td>" + escape(reason) + "</td>" +
              number_cell(static_cast<double>(count)) + "</tr>";
  return html + "</table>" + selection_trust(run);
}

// Evaluation

std::string percent(double value, double low, double high) {
  return format_number(100 * value) + " <span class=\"soft\">[" + format_number(100 * low) + ", " +
         format_number(100 * high) + "]</span>";
}

std::string percent(const evaluation::StoredEstimate& estimate) {
  return percent(estimate.value, estimate.low.value_or(NAN), estimate.high.value_or(NAN));
}

std::string run_name(const fs::path& run) { return fs::weakly_canonical(run).filename().string(); }

/// All evaluations side by side: a row per task and metric, a column per run.
std::string score_table(const std::vector<fs::path>& runs) {
  std::vector<std::string> columns;
  std::map<std::string, std::vector<std::string>> metrics_of_task;
  std::map<std::string, std::string> cells;  // task/metric/run
  for (const auto& run : runs) {
    bool evaluated = false;
    for (const auto& entry : io::list_folder(run)) {
      const auto path = entry / "results.json";
      if (!io::exists(path)) continue;
      evaluated = true;
      const auto task = entry.filename().string();
      const auto results = evaluation::parse_results(read_own_json(path), path.string());
      const auto add = [&](const std::string& name, const evaluation::StoredEstimate& metric) {
        auto& names = metrics_of_task[task];
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        cells[concat(task, "/", name, "/", run_name(run))] = percent(metric);
      };
      if (const auto* profile = results.headline())
        for (const auto& [name, metric] : profile->metrics)
          add(concat(name, " by ", profile->name), metric);
      // none of a run that only predicted
      for (const auto& strict : results.strict) add(strict.metric, strict.answered);
      cells[concat(task, "//", run_name(run))] = concat(results.done, " of ", results.expected);
    }
    if (evaluated) columns.push_back(run_name(run));
  }
  if (columns.empty()) return {};
  std::string html =
      "<h2>scores</h2><p class=\"soft\">percent, with 95 % intervals; \"by\" an official script as "
      "it counts, the others by the strict grammar over "
      "the samples that were answered</p><table><tr><th>task</th><th>metric</th>";
  for (const auto& column : columns) html += "<th>" + escape(column) + "</th>";
  for (const auto& [task, names] : metrics_of_task) {
    html += "<tr><td>" + escape(task) + "</td><td>answered</td>";
    for (const auto& column : columns) html += "<td>" + cells[concat(task, "//", column)] + "</td>";
    for (const auto& name : names) {
      html += "</tr><tr><td></td><td>" + escape(name) + "</td>";
      for (const auto& column : columns)
        html += "<td>" + cells[concat(task, "/", name, "/", column)] + "</td>";
    }
    html += "</tr>";
  }
  return html + "</table>";
}

/// What `vrlt-eval compare` left in the folder of the later run: first how the settings differ.
std::string comparison_table(const fs::path& run) {
  if (!io::exists(run / "comparison.json")) return {};
  const auto comparison = read_own_json(run / "comparison.json");
  std::string html =
      "<h3>paired difference from " + escape(comparison.value("before", "")) + "</h3>";
  if (!comparison["settings"].empty())
    html += "<table><tr><th>setting</th><th>before</th><th>after</th></tr>";
  for (const auto& setting : comparison["settings"])
    html += "<tr><td>" + escape(setting.value("key", "")) + "</td><td>" +
            escape(setting.value("before", "")) + "</td><td>" + escape(setting.value("after", "")) +
            "</td></tr>";
  if (!comparison["settings"].empty()) html += "</table>";
  html +=
      "<table><tr><th>task</th><th>metric</th><th>before</th><th>after</th><th>difference</"
      "th><th>p</th></tr>";
  for (const auto& [task, result] : comparison["tasks"].items())
    for (const auto& [name, values] : result["metrics"].items())
      html += "<tr><td>" + escape(task) + "</td><td>" + escape(name) + "</td><td>" +
              format_number(100 * values["before"].value("value", NAN)) + "</td><td>" +
              format_number(100 * values["after"].value("value", NAN)) + "</td><td>" +
              percent(values["difference"].value("value", NAN),
                      values["difference"]["ci95"][0].get<double>(),
                      values["difference"]["ci95"][1].get<double>()) +
              "</td>" + number_cell(values["difference"].value("p", NAN)) + "</tr>";
  return html + "</table>";
}

/// What was changed while the run went on.
std::string config_history(const fs::path& run) {
  std::string rows;
  for_each_line(run / "config_history.jsonl", [&](const io::Json& line) {
    for (const auto& change : line.value("changes", io::Json::array()))
      rows += "<tr>" + number_cell(line.value("after_step", 0.0)) + "<td>" +
              escape(line.value("time", "")) + "</td><td>" + escape(change.value("key", "")) +
              "</td><td>" + escape(change.value("before", "")) + "</td><td>" +
              escape(change.value("after", "")) + "</td></tr>";
  });
  if (rows.empty()) return {};
  return "<h3>changes of the config</h3><table><tr><th>after "
         "step</th><th>when</th><th>key</th><th>before</th><th>after</th></tr>" +
         rows + "</table>";
}

std::string run_section(const fs::path& run, const FrameStrip& frame_strip) {
  const auto body = comparison_table(run) + selection_histograms(run) + metric_charts(run) +
                    validation_answers(run) + rollout_samples(run, frame_strip);
  const bool evaluated = !score_table({run}).empty();
  if (body.empty() && !evaluated)
    throw DataError(run.string() + ": holds no metrics, selection or evaluation");
  std::string html = "<h2>" + escape(run_name(run)) + "</h2>" + alarms(run);
  if (io::exists(run / "config.yaml"))
    html += folded("config",
                   "<pre>" + escape(io::read_file(run / "config.yaml", kMaxTextFile)) + "</pre>");
  return html + config_history(run) + body;
}

}  // namespace

void write_report(const std::vector<fs::path>& run_folders, const fs::path& output_html,
                  const FrameStrip& frame_strip) {
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>vrlt "
      "report</title><style>";
  html += kStyle;
  html += "</style></head><body><h1>vrlt report</h1>";
  for (const auto& run : run_folders)
    if (!io::is_folder(run)) throw MissingInputError(run.string() + ": no such run folder");
  html += score_table(run_folders);
  for (const auto& run : run_folders) html += run_section(run, frame_strip);
  html += kHoverScript;
  io::write_file_atomic(output_html, html + "</body></html>\n");
}

}  // namespace vrlt::report
