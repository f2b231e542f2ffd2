#include "vrlt/report/report.h"

#include "report/curves.h"
#include "report/rollouts.h"
#include "report/run_notes.h"
#include "report/scores.h"
#include "report/selection_part.h"
#include "report/validations.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/html.h"
#include "vrlt/page/page.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using namespace page;

constexpr uint64_t kMaxTextFile = 4 << 20;

std::string run_section(const fs::path& run, const FrameStrip& frame_strip) {
  const auto body = comparison_table(run) + selection_part(run) + metric_charts(run) +
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
  for (const auto& run : run_folders)
    if (!io::is_folder(run)) throw MissingInputError(run.string() + ": no such run folder");
  auto html = score_table(run_folders);
  for (const auto& run : run_folders) html += run_section(run, frame_strip);
  io::write_file_atomic(output_html, whole_page("vrlt report", html));
}

}  // namespace vrlt::report
