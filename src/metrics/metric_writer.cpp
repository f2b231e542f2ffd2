#include "vrlt/metrics/metric_writer.h"

#include <string>

#include "metrics/tensorboard.h"
#include "vrlt/core/error.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::metrics {
namespace fs = std::filesystem;
namespace {

/// Removes the lines of steps after `last_step`; the file is replaced as a whole or not at all.
fs::path cut_after(const fs::path& path, int64_t last_step) {
  std::error_code error;
  if (!fs::exists(path, error)) return path;
  std::string kept;
  bool cut = false;
  io::for_each_jsonl(path, /*tolerate_torn_tail=*/true, [&](int64_t line, const io::Json& value) {
    const auto step = value.is_object() ? value.find("step") : value.end();
    if (step == value.end() || !step->is_number_integer())
      throw DataError(concat(path.string(), ":", line, ": no integer \"step\""));
    if (step->get<int64_t>() > last_step) {
      cut = true;
    } else {
      kept += io::to_line(value) + "\n";
    }
  });
  if (cut) io::write_file_atomic(path, kept);
  return path;
}

fs::path prepare(const fs::path& run_folder) {
  io::create_folders(run_folder);
  return run_folder;
}

}  // namespace

struct MetricWriter::Files {
  Files(const fs::path& folder, int64_t resume_step)
      : metrics(cut_after(folder / "metrics.jsonl", resume_step)),
        timing(cut_after(folder / "timing.jsonl", resume_step)),
        tensorboard(folder / "tensorboard", resume_step) {}

  io::JsonlAppender metrics;
  io::JsonlAppender timing;
  EventWriter tensorboard;
};

MetricWriter::MetricWriter(const fs::path& run_folder, int64_t resume_step)
    : files_(std::make_unique<Files>(prepare(run_folder), resume_step)) {}

MetricWriter::~MetricWriter() = default;

void MetricWriter::write(int64_t step, const MetricSet& metrics) {
  io::Json line{{"step", step}};
  io::Json timing{{"step", step}};
  const auto values = metrics.values();
  for (const auto& [name, value] : values) (name.starts_with("time/") ? timing : line)[name] = value;
  if (line.size() > 1) files_->metrics.append(line);
  if (timing.size() > 1) files_->timing.append(timing);
  files_->tensorboard.write(step, values);
}

void MetricWriter::sync() {
  files_->metrics.sync();
  files_->timing.sync();
  files_->tensorboard.sync();
}

}  // namespace vrlt::metrics
