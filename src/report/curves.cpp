#include "report/curves.h"

#include <algorithm>
#include <map>
#include <vector>

#include "report/run_reading.h"
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

}  // namespace

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

}  // namespace vrlt::report
