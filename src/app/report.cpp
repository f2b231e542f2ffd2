#include "vrlt/app/report.h"

#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>

#include "vrlt/app/lmms_format.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/io/files.h"
#include "vrlt/report/report.h"
#include "vrlt/report/score_rows.h"
#include "vrlt/video/decoder.h"
#include "vrlt/video/encoder.h"
#include "vrlt/video/frame_folder.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

constexpr int kStripHeight = 56;
constexpr size_t kMaxFrames = 16;

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

/// The frames nearest to the given times, scaled to one height, side by side.
/// @param reader  a VideoReader or a FrameFolderReader.
std::string frame_strip(auto& reader, const std::vector<double>& seconds) {
  std::vector<int64_t> indices;
  const auto& times = reader.frame_seconds();
  for (size_t i = 0; i < std::min(kMaxFrames, seconds.size()); ++i) {
    const double wanted = seconds[i * seconds.size() / std::min(kMaxFrames, seconds.size())];
    const auto next = std::lower_bound(times.begin(), times.end(), wanted - 1e-6);
    indices.push_back(next == times.end() ? reader.num_frames() - 1 : next - times.begin());
  }
  cv::Mat strip;
  reader.read_frames(indices, [&](size_t, const video::RgbFrame& frame) {
    const cv::Mat picture(static_cast<int>(frame.height), static_cast<int>(frame.width), CV_8UC3,
                          const_cast<uint8_t*>(frame.pixels.data()));
    const int width =
        std::max(2, static_cast<int>(frame.width * kStripHeight / frame.height) / 2 * 2);
    cv::Mat small;
    cv::resize(picture, small, {width, kStripHeight}, 0, 0, cv::INTER_AREA);
    if (strip.empty())
      strip = small;
    else
      cv::hconcat(strip, small, strip);
  });
  if (strip.empty()) return {};
  const cv::Mat packed = strip.clone();
  return video::encode_jpeg({packed.rows, packed.cols, {packed.datastart, packed.dataend}}, 3);
}

std::string frame_strip(const fs::path& root, const report::ShownFrames& frames) {
  const auto path = data::resolve_media(root, frames.video);
  if (frames.folder) {
    video::FrameFolderReader reader(path, *frames.folder);
    return frame_strip(reader, frames.seconds);
  }
  video::VideoReader reader(path);
  return frame_strip(reader, frames.seconds);
}

}  // namespace

int run_report(const std::vector<fs::path>& run_folders, const fs::path& output_html) {
  if (run_folders.empty())
    throw ConfigError(
        "no run folder given; usage: vrlt-report RUN [RUN ...] [--output report.html]");
  std::map<fs::path, fs::path> roots;
  for (const auto& run : run_folders) roots[run] = data_root(run);
  report::write_report(run_folders, output_html,
                       [&](const report::ShownFrames& frames) -> std::string {
                         try {
                           return frames.seconds.empty() || frames.video.empty()
                                      ? std::string()
                                      : frame_strip(roots.at(frames.run), frames);
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
    log::info("wrote " + write_lmms_format(run, tables.lmms_folder).string());
}

}  // namespace vrlt::app
