#include "vrlt/app/report.h"

#include <map>

#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/evaluation_run/lmms_format.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/output_file.h"
#include "vrlt/report/report.h"
#include "vrlt/report/score_rows.h"
#include "vrlt/video/frame_strip.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

/// data.root of a run: where the videos of its rollouts lie. Empty if its config names none.
fs::path data_root(const fs::path& run) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  if (!fs::exists(run / "config.yaml")) return {};
  try {
    const auto config = config::parse_yaml(io::read_file(run / "config.yaml", kMaxConfigBytes));
    if (config["data"] && config["data"]["root"]) return config["data"]["root"].as<std::string>();
    return {};
  } catch (const YAML::Exception& error) {
    throw DataError(concat((run / "config.yaml").string(), ": ", error.what()));
  }
}

/// A file of a run would be gone: only what looks like an earlier output is written over there.
void refuse_file_of_run(const std::string& option, const fs::path& output, const char* ending,
                        const std::vector<fs::path>& run_folders) {
  if (output.extension() == ending) return;
  for (const auto& run : run_folders)
    for (const auto& file : io::list_files_below(run))
      io::refuse_input_as_output(option, output, {run / file});
}

}  // namespace

int run_report(const std::vector<fs::path>& run_folders, const fs::path& output_html) {
  if (run_folders.empty())
    throw ConfigError(
        "no run folder given; usage: vrlt-report RUN [RUN ...] [--output report.html]");
  refuse_file_of_run("--output", output_html, ".html", run_folders);
  std::map<fs::path, fs::path> roots;
  for (const auto& run : run_folders) roots[run] = data_root(run);
  report::write_report(
      run_folders, output_html, [&](const report::ShownFrames& frames) -> std::string {
        try {
          return frames.seconds.empty() || frames.video.empty()
                     ? std::string()
                     : video::frame_strip(data::resolve_media(roots.at(frames.run), frames.video),
                                          frames.folder, frames.seconds);
        } catch (const Error& error) {
          log::warning(concat("no frames in the report: ", error.what()));
          return {};
        }
      });
  log::info("wrote " + output_html.string());
  return 0;
}

void write_score_tables(const std::vector<fs::path>& run_folders, const ScoreTables& tables) {
  if (!tables.any()) return;
  if (run_folders.empty())
    throw ConfigError(
        "no run folder given; usage: vrlt-report RUN [RUN ...] [--csv FILE] [--md FILE] "
        "[--lmms-format FOLDER]");
  refuse_file_of_run("--csv", tables.csv, ".csv", run_folders);
  refuse_file_of_run("--md", tables.markdown, ".md", run_folders);
  if (!tables.csv.empty() || !tables.markdown.empty()) {
    const auto rows = report::read_score_rows(run_folders);
    for (const auto& [path, text] : {std::pair(tables.csv, report::to_csv(rows)),
                                     std::pair(tables.markdown, report::to_markdown(rows))}) {
      if (path.empty()) continue;
      io::write_file_atomic(path, text);
      log::info("wrote " + path.string());
    }
  }
  if (tables.lmms_folder.empty()) return;
  for (const auto& run : run_folders)
    log::info("wrote " + evaluation_run::write_lmms_format(run, tables.lmms_folder).string());
}

}  // namespace vrlt::app
