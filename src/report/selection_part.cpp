#include "report/selection_part.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <vector>

#include "report/run_reading.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/chart.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

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

}  // namespace

std::string selection_part(const fs::path& run) {
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
      "<p>samples: <span style=\"color:var(--accent)\">selected</span> and <span "
      "style=\"color:var(--warn)\">rejected</span> samples</p><div "
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

}  // namespace vrlt::report
