#include "processor/background_clips.h"

#include <algorithm>
#include <system_error>

#include "vrlt/core/out_of_memory.h"
#include "vrlt/processor/worker_thread.h"

namespace vrlt::processor {
namespace {

constexpr int64_t kClipsPerThread = 2;

}  // namespace

BackgroundClips::BackgroundClips(int64_t num_threads)
    : most_under_way_(kClipsPerThread * num_threads) {
  try {
    for (int64_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {
    stop();  // those that run wait for jobs
    throw OutOfMemoryError(
        concat("out of memory or threads: thread ", threads_.size() + 1, " of ", num_threads,
               " of data.reader_threads cannot be started: ", error.code().message(),
               "; lower data.reader_threads, or allow this process more (ulimit -v, ulimit -u)"));
  }
}

BackgroundClips::~BackgroundClips() { stop(); }

void BackgroundClips::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

BackgroundClips::Entries::iterator BackgroundClips::find(const std::string& key) {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const auto& entry) { return entry->job.key == key; });
}

void BackgroundClips::announce(std::vector<Job> jobs) {
  {
    const std::lock_guard lock(mutex_);
    Entries next;
    for (auto& job : jobs) {
      const auto known = find(job.key);
      next.push_back(
          known != entries_.end() ? *known : std::make_shared<Entry>(Entry{.job = std::move(job)}));
    }
    entries_ = std::move(next);
  }
  changed_.notify_all();
}

/// The first job that has not begun, or null if there is none or enough clips are under way.
std::shared_ptr<BackgroundClips::Entry> BackgroundClips::next_job() {
  const auto under_way = std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry->stage != Stage::kWaiting;
  });
  if (under_way >= most_under_way_) return nullptr;
  const auto found = std::find_if(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry->stage == Stage::kWaiting;
  });
  return found != entries_.end() ? *found : nullptr;
}

void BackgroundClips::run(Entry& entry) {
  try {
    entry.clip = entry.job.read();
  } catch (...) {
    entry.error = std::current_exception();
  }
}

void BackgroundClips::work() {
  compute_alone();
  std::unique_lock lock(mutex_);
  while (true) {
    std::shared_ptr<Entry> entry;
    changed_.wait(lock, [&] { return stopping_ || (entry = next_job()) != nullptr; });
    if (stopping_) return;
    entry->stage = Stage::kRunning;
    lock.unlock();
    run(*entry);
    lock.lock();
    entry->stage = Stage::kDone;
    changed_.notify_all();
  }
}

std::optional<LoadedClip> BackgroundClips::take(const std::string& key) {
  std::unique_lock lock(mutex_);
  const auto found = find(key);
  if (found == entries_.end()) return {};
  const auto entry = *found;
  const bool is_ours = entry->stage == Stage::kWaiting;
  if (is_ours) entries_.erase(found);
  changed_.wait(lock, [&] { return is_ours || entry->stage == Stage::kDone; });
  if (!is_ours) entries_.remove(entry);
  lock.unlock();
  changed_.notify_all();
  if (is_ours) run(*entry);
  if (entry->error) std::rethrow_exception(entry->error);
  return std::move(entry->clip);
}

}  // namespace vrlt::processor
