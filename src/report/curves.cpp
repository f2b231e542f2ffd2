#include "report/curves.h"

#include <algorithm>
#include <map>
#include <vector>

#include "report/run_reading.h"
#include "report/scores.h"
#include "vrlt/core/error.h"
#include "vrlt/page/chart.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

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

using Metrics = std::map<std::string, Series>;

Metrics read_metrics(const fs::path& run) {
  Metrics by_name;
  for (const char* file : {"metrics.jsonl", "timing.jsonl"})
    for_each_line(run / file, [&](const io::Json& line) {
      for (const auto& [name, value] : line.items()) {
        if (name == "step" || !value.is_number() || stage_of(name) == "parse") continue;
        by_name[name].name = name;
        by_name[name].points.push_back({line.value("step", 0.0), value.get<double>()});
      }
    });
  return by_name;
}

/// Names beside lines of the colours that line_chart() gives its series.
std::string legend(const std::vector<Series>& series) {
  std::string html = "<p class=\"legend\">";
  for (size_t i = 0; i < series.size(); ++i)
    html += concat("<span class=\"c", i % 6, "\">", escape(series[i].name), "</span>");
  return html + "</p>";
}

}  // namespace

std::string headline_charts(const std::vector<fs::path>& runs) {
  constexpr const char* kHeadlines[] = {"validation/score",
                                        "validation/over_blind",
                                        "reward/total",
                                        "group/no_signal_fraction",
                                        "response/length_mean",
                                        "loss/kl",
                                        "loss/nll",
                                        "policy/entropy",
                                        "grad/norm"};
  std::vector<Metrics> metrics;
  for (const auto& run : runs) metrics.push_back(read_metrics(run));
  std::string html;
  for (const char* name : kHeadlines) {
    std::vector<Series> drawn;
    for (size_t r = 0; r < runs.size(); ++r)
      if (const auto found = metrics[r].find(name); found != metrics[r].end())
        drawn.push_back({run_name(runs[r]), found->second.points});
    if (!drawn.empty()) html += card(name, line_chart(drawn) + legend(drawn));
  }
  return html.empty() ? html : "<div class=\"grid\">" + html + "</div>";
}

std::string metric_charts(const fs::path& run) {
  const auto by_name = read_metrics(run);
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
  std::string html = "<div class=\"grid\">";
  for (const auto* series : drawn)
    html += card(concat(series->name, "  (last ", format_number(series->points.back().y), ")"),
                 line_chart({*series}));
  html += "</div>";
  return constants.empty()
             ? html
             : html + "<p class=\"soft\">the same in every step: " + escape(constants) + "</p>";
}

}  // namespace vrlt::report
