#include "vrlt/check/media.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/subtitles.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/processor/worker_thread.h"
#include "vrlt/video/clip_plan.h"
#include "vrlt/video/image.h"

namespace vrlt::check {
namespace fs = std::filesystem;
namespace {

constexpr double kDurationSlackSeconds = 1.0;

/// The samples of one video, or one sample without a video: what one thread does at a time.
struct Job {
  std::vector<size_t> samples;
  std::vector<Finding> findings;
  bool opened = false;
};

std::vector<Job> jobs_of(const Samples& samples) {
  std::vector<Job> jobs;
  std::map<std::string, size_t> job_of;
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& video = samples[i]->video;
    const auto [found, inserted] =
        video.empty() ? std::pair(job_of.end(), true) : job_of.emplace(video, jobs.size());
    if (inserted) jobs.emplace_back();
    jobs[video.empty() ? jobs.size() - 1 : found->second].samples.push_back(i);
  }
  return jobs;
}

/// Calls `work(job)` for every job, on several threads; the first of several errors is thrown
/// again.
void run_all(std::vector<Job>& jobs, int threads, const std::function<void(Job&)>& work) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  int64_t done = 0;
  constexpr size_t kWorthABar = 64;
  std::optional<metrics::ProgressBar> progress;
  if (jobs.size() > kWorthABar) progress.emplace("open videos", std::ssize(jobs));
  const auto loop = [&] {
    try {
      for (size_t i = next++; i < jobs.size(); i = next++) {
        work(jobs[i]);
        const std::lock_guard lock(mutex);
        ++done;
        if (progress) progress->update(done);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = jobs.size();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 1; i < threads; ++i)
      workers.emplace_back([&] {
        processor::compute_alone();
        loop();
      });
    loop();
  }
  if (failure) std::rethrow_exception(failure);
}

/// The kind of a finding, from the reason in brackets that video and image errors end in.
const char* kind_of(const std::string& message, const char* otherwise) {
  constexpr const char* kKinds[] = {"too_few_frames", "aspect_ratio", "variable_rate", "late_start",
                                    "short_clip"};
  for (const char* kind : kKinds)
    if (message.ends_with(concat("[", kind, "]"))) return kind;
  return otherwise;
}

/// " (there is a.mkv)", where a file of the same name with another ending stands beside the missing
/// one.
std::string other_ending(const fs::path& missing) {
  std::error_code error;
  for (fs::directory_iterator entry(missing.parent_path(), error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().stem() == missing.stem())
      return concat("; there is ", entry->path().filename().string());
  return {};
}

/// Runs `read`; what it throws about the file becomes a finding. @return whether it threw nothing.
template <typename Read>
bool readable(const data::Sample& sample, const char* missing, const char* broken,
              std::vector<Finding>& findings, const Read& read) {
  try {
    read();
    return true;
  } catch (const MissingInputError& error) {
    findings.push_back({Severity::kMissing, missing, sample.id, error.what()});
  } catch (const Error& error) {
    findings.push_back({Severity::kError, kind_of(error.what(), broken), sample.id, error.what()});
  } catch (const fs::filesystem_error& error) {
    findings.push_back({Severity::kError, broken, sample.id,
                        concat(error.path1().string(), ": ", error.code().message())});
  }
  return false;
}

void compare(const data::Sample& sample, double duration, std::vector<Finding>& findings) {
  const auto add = [&](Severity severity, const char* kind, const auto&... parts) {
    findings.push_back({severity, kind, sample.id, concat(parts...)});
  };
  if (sample.duration && video::durations_differ(duration, *sample.duration))
    add(Severity::kWarning, "duration_differs", sample.video, " lasts ", duration,
        " s, annotated with ", *sample.duration, " s");
  if (sample.clip_start >= duration)
    add(Severity::kError, "clip_beyond_video", "the clip starts at ", sample.clip_start, " s, ",
        sample.video, " lasts ", duration, " s");
  else if (sample.clip_end && *sample.clip_end > duration + kDurationSlackSeconds)
    add(Severity::kWarning, "clip_beyond_video", "the clip ends at ", *sample.clip_end, " s, ",
        sample.video, " lasts ", duration, " s");
  for (const auto& span : sample.segments)
    if (span.end_seconds > duration + kDurationSlackSeconds)
      add(Severity::kWarning, "span_beyond_video", "the truth ends at ", span.end_seconds, " s, ",
          sample.video, " lasts ", duration, " s");
}

/// Looks at everything that one job's samples name.
class Look {
 public:
  Look(const Samples& samples, const MediaRequest& request, MediaResult& result)
      : samples_(samples), request_(request), result_(result) {}

  void operator()(Job& job) {
    std::optional<video::VideoFacts> facts;
    if (const auto& first = *samples_[job.samples.front()]; !first.video.empty())
      facts = open(first, job);
    if (facts && request_.planner == nullptr)
      readable(*samples_[job.samples.front()], "", "broken_video", job.findings, [&] {
        const auto plan = video::plan_clip(*facts, {});
        add_notes(*samples_[job.samples.front()], plan.notes, plan.warnings, job);
      });
    for (const size_t i : job.samples) look_at(i, facts ? &*facts : nullptr, job);
  }

 private:
  std::optional<video::VideoFacts> open(const data::Sample& sample, Job& job) {
    std::optional<video::VideoFacts> facts;
    fs::path path;
    const size_t before = job.findings.size();
    readable(sample, "missing_video", "broken_video", job.findings, [&] {
      path = data::resolve_media(request_.data_root, sample.video);
      facts = video::read_video_facts(path, sample.frames);
    });
    if (job.findings.size() > before) {
      if (job.findings.back().severity == Severity::kMissing)
        job.findings.back().message += other_ending(path);
      if (job.samples.size() > 1)
        job.findings.back().message += concat(" (", job.samples.size(), " records name it)");
      return {};
    }
    for (const auto& warning : facts->warnings)
      job.findings.push_back(
          {Severity::kWarning, "damaged_video", sample.id, concat(sample.video, ": ", warning)});
    job.opened = true;
    return facts;
  }

  void look_at(size_t i, const video::VideoFacts* facts, Job& job) {
    const auto& sample = *samples_[i];
    if (facts != nullptr) {
      result_.seconds[i] = facts->duration_seconds;
      compare(sample, facts->duration_seconds, job.findings);
    }
    const bool images = read_images(sample, job);
    if (!images || request_.planner == nullptr || (!sample.video.empty() && facts == nullptr))
      return;
    processor::PromptPlan plan;
    if (!readable(sample, "missing_media", "cannot_be_asked", job.findings,
                  [&] { plan = (*request_.planner)(sample, facts); }))
      return;
    add_notes(sample, plan.notes, plan.warnings, job);
    if (const int64_t all = plan.tokens() + request_.response_tokens;
        request_.max_positions > 0 && all > request_.max_positions)
      job.findings.push_back(
          {Severity::kWarning, "prompt_too_long", sample.id,
           concat("a prompt of ", plan.tokens(), " tokens and a response of at most ",
                  request_.response_tokens, ": the model was made for ", request_.max_positions,
                  " (max_position_embeddings)")});
    result_.plans[i] = plan;
  }

  /// What a run would say of the clip once.
  static void add_notes(const data::Sample& sample, const std::vector<video::ClipNote>& notes,
                        const std::vector<std::string>& warnings, Job& job) {
    auto texts = warnings;
    for (const auto& note : notes) texts.push_back(note.text);
    for (const auto& text : texts)
      job.findings.push_back({Severity::kWarning, kind_of(text, "odd_clip"), sample.id,
                              concat(sample.video, ": ", text)});
  }

  /// Where a planner looks at them too, only whether they are there.
  bool read_images(const data::Sample& sample, Job& job) const {
    bool good = true;
    for (const auto& image : sample.images)
      good &= readable(sample, "missing_image", "broken_image", job.findings, [&] {
        const auto path = data::resolve_media(request_.data_root, image);
        if (!fs::is_regular_file(path)) throw MissingInputError(path.string() + ": no such file");
        if (request_.planner == nullptr) video::load_image(path);
      });
    return good;
  }

  const Samples& samples_;
  const MediaRequest& request_;
  MediaResult& result_;
};

/// As an evaluation with subtitles reads them, each file once.
void check_subtitles(const Samples& samples, const fs::path& data_root, MediaResult& result,
                     std::vector<Finding>& findings) {
  std::map<std::string, bool> found;
  for (const auto* sample : samples) {
    if (sample->subtitles.empty()) continue;
    ++result.subtitles;
    const auto [known, is_new] = found.emplace(sample->subtitles, false);
    std::vector<Finding> problems;
    bool exists = false;
    readable(*sample, "missing_subtitles", "broken_subtitles", problems, [&] {
      const auto path = data::resolve_media(data_root, sample->subtitles);
      exists = fs::is_regular_file(path);
      if (!exists) throw MissingInputError(path.string() + ": no such file");
      if (is_new && data::load_subtitles(path).empty())
        problems.push_back({Severity::kWarning, "no_cues", sample->id,
                            sample->subtitles.str() + " holds no subtitles"});
    });
    known->second = exists;
    result.subtitles_found += exists;
    findings.insert(findings.end(), problems.begin(), problems.end());
  }
}

}  // namespace

MediaResult check_media(const Samples& samples, const MediaRequest& request,
                        std::vector<Finding>& findings) {
  MediaResult result{.seconds = std::vector<std::optional<double>>(samples.size()),
                     .plans = std::vector<std::optional<processor::PromptPlan>>(samples.size())};
  std::error_code error;
  if (!fs::is_directory(request.data_root, error)) {
    findings.push_back({Severity::kMissing, "no_data_root", request.data_root.string(),
                        "no such folder, or one that may not be read: no video was looked for"});
    return result;
  }
  auto jobs = jobs_of(samples);
  Look look(samples, request, result);
  run_all(jobs, request.threads, [&](Job& job) { look(job); });
  for (const auto& job : jobs) {
    const bool has_video = !samples[job.samples.front()]->video.empty();
    result.videos += has_video;
    result.videos_found += has_video && job.opened;
    findings.insert(findings.end(), job.findings.begin(), job.findings.end());
  }
  check_subtitles(samples, request.data_root, result, findings);
  return result;
}

}  // namespace vrlt::check
