#include "vrlt/report/report.h"

#include "report/answers.h"
#include "report/curves.h"
#include "report/rollouts.h"
#include "report/run_notes.h"
#include "report/scores.h"
#include "report/selection_part.h"
#include "report/validations.h"
#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/html.h"
#include "vrlt/page/page.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

constexpr uint64_t kMaxTextFile = 4 << 20;

/// A part of a page that the list of contents leads to.
struct Part {
  std::string title, html;  ///< Text; HTML, empty: there is nothing to show.
  std::vector<Part> parts = {};
};

std::string config_of(const fs::path& run) {
  if (!io::exists(run / "config.yaml")) return {};
  return folded("config",
                "<pre>" + escape(io::read_file(run / "config.yaml", kMaxTextFile)) + "</pre>");
}

Part part_of_run(const fs::path& run, const FrameStrip& frame_strip) {
  std::vector<Part> parts = {{"comparison", comparison_table(run)},
                             {"selection", selection_part(run)},
                             {"per step", metric_charts(run)},
                             {"answers of validations", validation_answers(run)},
                             {"sample rollouts", rollout_samples(run, frame_strip)}};
  std::erase_if(parts, [](const Part& part) { return part.html.empty(); });
  if (parts.empty() && score_table({run}).empty())
    throw DataError(run.string() + ": holds no metrics, selection or evaluation");
  if (auto history = config_history(run); !history.empty())
    parts.insert(parts.begin(), {"changes of the config", std::move(history)});
  return {run_name(run), alarms(run) + config_of(run), std::move(parts)};
}

std::string id_of(const std::string& before, size_t index) {
  return concat(before, "-", index + 1);
}

std::string contents(const std::vector<Part>& parts, const std::string& id) {
  if (parts.empty()) return {};
  std::string html = "<ul>";
  for (size_t i = 0; i < parts.size(); ++i)
    html += "<li><a href=\"#" + id_of(id, i) + "\">" + escape(parts[i].title) + "</a>" +
            contents(parts[i].parts, id_of(id, i)) + "</li>";
  return html + "</ul>";
}

std::string body_of(const std::vector<Part>& parts, const std::string& id, const char* heading) {
  std::string html;
  for (size_t i = 0; i < parts.size(); ++i)
    html += concat("<", heading, " id=\"", id_of(id, i), "\">", escape(parts[i].title), "</",
                   heading, ">", parts[i].html, body_of(parts[i].parts, id_of(id, i), "h3"));
  return html;
}

}  // namespace

void write_report(const std::vector<fs::path>& run_folders, const fs::path& output_html,
                  const FrameStrip& frame_strip) {
  std::vector<std::string> names;
  for (const auto& run : run_folders) {
    if (!io::is_folder(run)) throw MissingInputError(run.string() + ": no such run folder");
    names.push_back(run_name(run));
  }
  std::vector<Part> parts = {{"training at a glance", headline_charts(run_folders)},
                             {"scores", score_table(run_folders)},
                             {"answers", answers_side_by_side(run_folders)}};
  std::erase_if(parts, [](const Part& part) { return part.html.empty(); });
  for (const auto& run : run_folders) parts.push_back(part_of_run(run, frame_strip));
  io::write_file_atomic(
      output_html,
      whole_page("vrlt report: " + joined(names),
                 provenance(run_folders) + "<nav aria-label=\"contents\">" +
                     contents(parts, "part") + "</nav>" + body_of(parts, "part", "h2")));
}

}  // namespace vrlt::report
