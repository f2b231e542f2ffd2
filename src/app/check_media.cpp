#include "app/check_media.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "vrlt/core/error.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/subtitles.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/video/frame_folder.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

constexpr double kDurationSlackSeconds = 1.0, kDurationSlackShare = 0.02;
constexpr int64_t kMinFrames = 2;

/// What opening a video told.
struct Probe {
  double duration = 0.0;
  std::optional<Finding> problem;  ///< Without its place.
  std::vector<std::string> warnings;
};

template <typename Reader>
Probe probe_reader(const Reader& reader) {
  Probe probe{.duration = reader.duration_seconds(), .warnings = reader.warnings()};
  if (reader.num_frames() < kMinFrames)
    probe.problem = Finding{Severity::kError, "broken_video", "", concat(reader.num_frames(), " frames, at least 2 are needed")};
  return probe;
}

Probe probe_video(const data::Sample& sample, const fs::path& data_root) {
  try {
    const auto path = data::resolve_media(data_root, sample.video);
    return sample.frames ? probe_reader(video::FrameFolderReader(path, *sample.frames)) : probe_reader(video::VideoReader(path));
  } catch (const MissingInputError& error) {
    return {.problem = Finding{Severity::kMissing, "missing_video", "", error.what()}};
  } catch (const DataError& error) {
    return {.problem = Finding{Severity::kError, "broken_video", "", error.what()}};
  }
}

/// Probes videos[i] into probes[i]; the first of several errors that are not about a video is thrown again.
std::vector<Probe> probe_all(const std::vector<const data::Sample*>& videos, const fs::path& data_root, int threads) {
  std::vector<Probe> probes(videos.size());
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  int64_t done = 0;
  metrics::ProgressBar progress("open videos", std::ssize(videos));
  const auto work = [&] {
    try {
      for (size_t i = next++; i < videos.size() && !stop_requested(); i = next++) {
        probes[i] = probe_video(*videos[i], data_root);
        const std::lock_guard lock(mutex);
        progress.update(++done);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = videos.size();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 1; i < threads; ++i) workers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  if (stop_requested()) throw StopRequested("stopped while opening videos");
  return probes;
}

void compare(const data::Sample& sample, double duration, std::vector<Finding>& findings) {
  if (sample.duration) {
    const double difference = std::abs(duration - *sample.duration);
    if (difference > kDurationSlackSeconds && difference > kDurationSlackShare * *sample.duration)
      findings.push_back({Severity::kWarning, "duration_differs", sample.id,
                          concat(sample.video, " lasts ", duration, " s, annotated with ", *sample.duration, " s")});
  }
  if (sample.clip_start >= duration)
    findings.push_back({Severity::kError, "clip_beyond_video", sample.id,
                        concat("the clip starts at ", sample.clip_start, " s, ", sample.video, " lasts ", duration, " s")});
  for (const auto& span : sample.segments)
    if (span.end_seconds > duration + kDurationSlackSeconds)
      findings.push_back({Severity::kWarning, "span_beyond_video", sample.id,
                          concat("the truth ends at ", span.end_seconds, " s, ", sample.video, " lasts ", duration, " s")});
}

bool is_there(const data::Sample& sample, const fs::path& data_root, const std::string& media, const char* kind, std::vector<Finding>& findings) {
  try {
    const auto path = data::resolve_media(data_root, media);
    if (fs::is_regular_file(path)) return true;
    findings.push_back({Severity::kMissing, kind, sample.id, path.string() + ": no such file"});
  } catch (const DataError& error) {
    findings.push_back({Severity::kError, kind, sample.id, error.what()});
  }
  return false;
}

/// As an evaluation with subtitles reads them.
void read_subtitles(const data::Sample& sample, const fs::path& data_root, std::vector<Finding>& findings) {
  try {
    if (data::load_subtitles(data::resolve_media(data_root, sample.subtitles)).empty())
      findings.push_back({Severity::kWarning, "no_cues", sample.id, sample.subtitles + " holds no subtitles"});
  } catch (const DataError& error) {
    findings.push_back({Severity::kError, "broken_subtitles", sample.id, error.what()});
  }
}

}  // namespace

MediaCounts check_media(const std::vector<data::Sample>& samples, const fs::path& data_root, int threads, std::vector<Finding>& findings) {
  std::map<std::string, size_t> index_of;
  std::vector<const data::Sample*> videos;
  for (const auto& sample : samples)
    if (!sample.video.empty() && index_of.emplace(sample.video, videos.size()).second) videos.push_back(&sample);
  const auto probes = probe_all(videos, data_root, threads);

  MediaCounts counts{.videos = std::ssize(videos)};
  for (size_t i = 0; i < videos.size(); ++i) {
    for (const auto& warning : probes[i].warnings) findings.push_back({Severity::kWarning, "damaged_video", videos[i]->video, warning});
    if (!probes[i].problem) {
      ++counts.videos_found;
      continue;
    }
    findings.push_back(*probes[i].problem);
    findings.back().where = videos[i]->id;
  }
  std::set<std::string> subtitles;
  for (const auto& sample : samples) {
    if (const auto found = index_of.find(sample.video); found != index_of.end() && !probes[found->second].problem)
      compare(sample, probes[found->second].duration, findings);
    for (const auto& image : sample.images) is_there(sample, data_root, image, "missing_image", findings);
    if (sample.subtitles.empty()) continue;
    ++counts.subtitles;
    const bool found = is_there(sample, data_root, sample.subtitles, "missing_subtitles", findings);
    counts.subtitles_found += found;
    if (found && subtitles.insert(sample.subtitles).second) read_subtitles(sample, data_root, findings);
  }
  return counts;
}

}  // namespace vrlt::app
