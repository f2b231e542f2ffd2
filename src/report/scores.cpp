#include "report/scores.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "report/run_reading.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/task_results.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;

using namespace page;

namespace {

std::string percent(double value, double low, double high) {
  return format_number(100 * value) + " <span class=\"soft\">[" + format_number(100 * low) + ", " +
         format_number(100 * high) + "]</span>";
}

std::string percent(const evaluation::StoredEstimate& estimate) {
  return percent(estimate.value, estimate.low.value_or(NAN), estimate.high.value_or(NAN));
}

}  // namespace

std::string run_name(const fs::path& run) { return fs::weakly_canonical(run).filename().string(); }

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
      "<p class=\"soft\">percent, with 95 % intervals; \"by\" an official script as "
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

std::string comparison_table(const fs::path& run) {
  if (!io::exists(run / "comparison.json")) return {};
  const auto comparison = read_own_json(run / "comparison.json");
  std::string html = "<p>paired difference from " + escape(comparison.value("before", "")) + "</p>";
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

}  // namespace vrlt::report
