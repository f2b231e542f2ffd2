#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "vrlt/video/clip.h"

namespace vrlt::processor {

/// A clip, and whether a video was decoded for it.
struct LoadedClip {
  std::shared_ptr<const video::Clip> clip;
  bool was_decoded = false;
};

/// Reads clips in threads of its own before they are asked for. What comes out does not depend on
/// the threads: a clip is what its function gives, an error is thrown where the clip is taken. At
/// most two clips per thread are being read or wait to be taken, whatever has been announced.
class BackgroundClips {
 public:
  struct Job {
    std::string key;
    std::function<LoadedClip()> read;  ///< Called at most once, in any thread.
  };

  /// @throws OutOfMemoryError if the system does not let so many threads start.
  explicit BackgroundClips(int64_t num_threads);
  /// Waits for clips that are being read; forgets the others.
  ~BackgroundClips();
  BackgroundClips(const BackgroundClips&) = delete;
  BackgroundClips& operator=(const BackgroundClips&) = delete;

  /// What will be taken next, in about this order. Jobs from before that are not among these are
  /// forgotten. @param jobs  keys differ.
  void announce(std::vector<Job> jobs);
  /// Waits for the clip, or reads it in this thread if no other has begun; nothing if it was not
  /// announced. The job is done then.
  /// @throws what its function threw.
  std::optional<LoadedClip> take(const std::string& key);

 private:
  enum class Stage { kWaiting, kRunning, kDone };
  struct Entry {
    Job job;
    Stage stage = Stage::kWaiting;
    LoadedClip clip;
    std::exception_ptr error;
  };
  using Entries = std::list<std::shared_ptr<Entry>>;

  void work();
  void stop();
  Entries::iterator find(const std::string& key);
  std::shared_ptr<Entry> next_job();
  static void run(Entry& entry);

  const int64_t most_under_way_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Entries entries_;
  bool stopping_ = false;
  /// Last: they use what is above, and are joined before it goes.
  std::vector<std::jthread> threads_;
};

}  // namespace vrlt::processor
